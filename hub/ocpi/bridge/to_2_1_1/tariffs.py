"""Tariffs from OCPI 2.2.1 to 2.1.1: one that would charge something else there is withheld."""

from datetime import datetime

from hub.ocpi import datetimes
from hub.ocpi.bridge.engine import Spot
from hub.ocpi.bridge.exact import Object
from hub.ocpi.bridge.notes import Verdict
from hub.ocpi.bridge.prices import elements_without
from hub.ocpi.bridge.rules import Check, Lose, Rules, Turn
from hub.ocpi.bridge.to_2_1_1.facts import OWNER

LIMITS = ("min_price", "max_price")


def _for_everyone(spot: Spot) -> None:
    kind = spot.inside.get("type")
    if kind not in (None, "REGULAR"):
        spot.at("type").refuse(Verdict.WITHHELD, "2.1.1 cannot say for whom it is.")


def _without_limits(spot: Spot) -> None:
    for name in LIMITS:
        if spot.inside.get(name) is not None:
            spot.at(name).refuse(Verdict.WITHHELD, "2.1.1 has no such limit: it would cost other.")


def _valid_now(spot: Spot) -> None:
    if spot.enclosing("CDR") is not None:
        return  # it was valid when it was used
    start = _moment("start_date_time", spot)
    end = _moment("end_date_time", spot)
    if start is None and end is None:
        return
    now = spot.context.now
    if now is None:
        spot.refuse(Verdict.LACKING, "Whether it is valid cannot be told without the time.")
    if (start is not None and now < start) or (end is not None and now >= end):
        spot.refuse(
            Verdict.WITHHELD, "It is not valid now, and 2.1.1 cannot say from when to when."
        )


def _moment(name: str, spot: Spot) -> datetime | None:
    value = spot.inside.get(name)
    if value is None:
        return None
    try:
        return datetimes.parse(value if isinstance(value, str) else "")
    except (ValueError, OverflowError):
        spot.at(name).refuse(Verdict.WITHHELD, "It is no DateTime.")


def _elements(value: object, spot: Spot) -> Object:
    return {"elements": elements_without("reservation", "It prices reservations.", value, spot)}


def _current(value: object, spot: Spot) -> Object:
    spot.refuse(Verdict.WITHHELD, "2.1.1 has no restriction by current.")


VALIDITY = Lose("2.1.1 cannot say from when to when it is valid.")
CURRENT = Turn((), _current, "The tariff is withheld.")

RULES = {
    "Tariff": Rules(
        {
            **OWNER,
            "type": Lose("2.1.1 has no field for it."),
            "start_date_time": VALIDITY,
            "end_date_time": VALIDITY,
            "min_price": Lose(),
            "max_price": Lose(),
            "elements": Turn(
                ("elements",),
                _elements,
                "Elements that price reservations are left out; without any other the tariff is "
                "withheld.",
            ),
        },
        checks=(
            Check(_for_everyone, "Withheld where `type` is another than REGULAR."),
            Check(_without_limits, "Withheld with a `min_price` or `max_price`."),
            Check(_valid_now, "Withheld where it is not valid now, but for those in a CDR."),
        ),
    ),
    "PriceComponent": Rules({"vat": Lose("2.1.1 tells prices without VAT only.")}),
    "TariffRestrictions": Rules(
        {
            "min_current": CURRENT,
            "max_current": CURRENT,
            "reservation": Lose(),
        }
    ),
}
