"""Sessions, CDRs and tariffs from OCPI 2.1.1 to 2.2.1."""

from hub.ocpi.bridge.context import charge_in
from hub.ocpi.bridge.engine import Spot
from hub.ocpi.bridge.exact import Object, amount
from hub.ocpi.bridge.from_2_1_1.facts import OWNER, UPDATED, known_id
from hub.ocpi.bridge.notes import Verdict, What
from hub.ocpi.bridge.periods import periods
from hub.ocpi.bridge.rules import Add, LeaveOut, Rules, Turn, renamed
from hub.ocpi.schema.values import NOT_AVAILABLE

PLACE = ("name", "address", "city", "country", "coordinates")


def _driver(value: object, spot: Spot) -> Object:
    driver = spot.context.drivers.get(value) if isinstance(value, str) else None
    charge = charge_in(spot.inside)
    if driver is None and charge is not None:
        driver = spot.context.admitted.get(charge)
    if driver is None:
        spot.refuse(Verdict.LACKING, "No token is known, without doubt, by this auth_id.")
    return {"cdr_token": driver._asdict()}


def _cost(value: object, spot: Spot) -> Object:
    if amount(value) is None:
        spot.refuse(Verdict.WITHHELD, "It is no amount of money.")
    return {"total_cost": {"excl_vat": value}}


def _only(value: object, name: str, spot: Spot) -> Object | None:
    """The one item of a list in an object; None where it is empty."""
    items = value.get(name) if isinstance(value, dict) else None
    if not isinstance(items, list) or not items:
        return None
    if len(items) > 1 or not isinstance(items[0], dict):
        spot.at(name).refuse(Verdict.WITHHELD, "Which of them was used is not told.")
    return items[0]


def _used(value: object, spot: Spot) -> tuple[Object, Object | None, Object | None]:
    """The Location, EVSE and Connector that an embedded Location tells of."""
    if not isinstance(value, dict):
        spot.refuse(Verdict.WITHHELD, "It is no Location.")
    evse = _only(value, "evses", spot)
    return value, evse, _only(evse, "connectors", spot.at("evses", 0))


def _ids(value: object, spot: Spot) -> Object:
    location, evse, connector = _used(value, spot)
    if evse is None and spot.inside.get("status") != "PENDING":
        spot.at("evses").refuse(Verdict.WITHHELD, "Which EVSE was used is not told.")
    if evse is None or connector is None:
        spot.at("evses").note(What.ASSUMED, f"Which was used is not told: {NOT_AVAILABLE}.")
    spot.note(What.LOST, "A Session of 2.2.1 has its ids only.")
    return {
        "location_id": known_id(location.get("id"), spot.at("id")),
        "evse_uid": _uid(evse, spot),
        "connector_id": connector.get("id") if connector else NOT_AVAILABLE,
    }


def _uid(evse: Object | None, spot: Spot) -> object:
    return known_id(evse.get("uid"), spot.at("evses", 0, "uid")) if evse else NOT_AVAILABLE


def _cdr_location(value: object, spot: Spot) -> Object:
    location, evse, connector = _used(value, spot)
    if evse is None or connector is None:
        spot.at("evses").refuse(Verdict.WITHHELD, "Which connector was used is not told.")
    if not evse.get("evse_id"):
        spot.at("evses", 0, "evse_id").note(What.ASSUMED, f"It is not told: {NOT_AVAILABLE}.")
    spot.note(What.LOST, "A CDR of 2.2.1 has the place and the connector only.")
    made = {name: location[name] for name in PLACE if location.get(name) is not None}
    if location.get("postal_code"):
        made["postal_code"] = location["postal_code"]
    made |= {
        "id": known_id(location.get("id"), spot.at("id")),
        "evse_uid": _uid(evse, spot),
        "evse_id": evse.get("evse_id") or NOT_AVAILABLE,
        "connector_id": connector.get("id"),
        "connector_standard": connector.get("standard"),
        "connector_format": connector.get("format"),
        "connector_power_type": connector.get("power_type"),
    }
    return {"cdr_location": made}


def _tariff_of_cdr(spot: Spot) -> Object:
    cdr = spot.enclosing("CDR") or {}
    tariffs = cdr.get("tariffs")
    if not isinstance(tariffs, list) or len(tariffs) != 1 or not isinstance(tariffs[0], dict):
        return {}
    tariff_id = tariffs[0].get("id")
    if tariff_id is None:
        return {}
    spot.at("tariff_id").note(What.ASSUMED, "The only tariff of the CDR.")
    return {"tariff_id": tariff_id}


def _elements(value: object, spot: Spot) -> Object:
    spot.note(What.ASSUMED, "2.1.1 tells nothing of VAT, and so does the result.")
    return {"elements": spot.nested_field("elements", value)}


DRIVER = Turn(
    ("cdr_token",), _driver, "The token that it is known to be; where none is, the object is held."
)
COST = Turn(("total_cost",), _cost, "`excl_vat` of a Price; VAT is not told.")

RULES = {
    "Session": Rules(
        {
            "start_datetime": renamed("start_date_time"),
            "end_datetime": renamed("end_date_time"),
            "auth_id": DRIVER,
            "location": Turn(
                ("location_id", "evse_uid", "connector_id"),
                _ids,
                "The ids of it, of its EVSE and of its Connector; without an EVSE #NA while the "
                "Session is PENDING.",
            ),
            "total_cost": COST,
            "charging_periods": periods(keeps_all=True, in_patch=False),
        },
        adds=(*OWNER, UPDATED),
    ),
    "CDR": Rules(
        {
            "stop_date_time": renamed("end_date_time"),
            "auth_id": DRIVER,
            "location": Turn(
                ("cdr_location",),
                _cdr_location,
                "The place, its EVSE and its Connector; without them the CDR is withheld.",
            ),
            "total_cost": COST,
            "charging_periods": periods(keeps_all=True),
        },
        adds=OWNER,
    ),
    "ChargingPeriod": Rules(
        {"dimensions": LeaveOut("A dimension that is not known there is left out.")},
        adds=(Add("tariff_id", _tariff_of_cdr, "The tariff of a CDR that has one only."),),
    ),
    "Tariff": Rules(
        {"elements": Turn(("elements",), _elements, "The same: prices are without VAT in both.")},
        adds=OWNER,
        patch="2.2.1 has no PATCH of a Tariff.",
    ),
}
