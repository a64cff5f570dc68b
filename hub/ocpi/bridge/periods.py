"""Charging periods: one whose dimensions cannot be said is part of the one before it."""

from hub.ocpi.bridge.engine import Spot, listed
from hub.ocpi.bridge.exact import Exact, Object
from hub.ocpi.bridge.notes import Refused, Verdict, What
from hub.ocpi.bridge.rules import Turn
from hub.ocpi.schema.notation import DateTime


def periods(*, keeps_all: bool = False, in_patch: bool = True) -> Turn:
    """The rule for `charging_periods`.

    Args:
        keeps_all: a period stays where all of its dimensions are lost, with a TIME of 0; otherwise
            only the first one does.
        in_patch: False where a PATCH adds periods in one version and replaces them in the other.
    """

    def how(value: object, spot: Spot) -> Object:
        if not isinstance(value, list):
            return {"charging_periods": value}
        said: list[tuple[object, Spot]] = []
        for position, period in enumerate(value):
            where = spot.at(position)
            try:
                said.append((where.nested("ChargingPeriod", period), where))
            except Refused as refused:
                if refused.refusal.verdict is not Verdict.WITHHELD:
                    raise
                if said and not keeps_all:
                    where.note(What.LOST, "Nothing can be said of it: the one before goes on.")
                    continue
                where.note(What.ASSUMED, "Nothing can be said of it: it has a TIME of 0.")
                said.append((_empty(period, where), where))
        return {"charging_periods": listed(said)}

    says = "A period without any dimension that can be said "
    says += (
        "has a TIME of 0." if keeps_all else "is part of the one before; the first has a TIME of 0."
    )
    return Turn(("charging_periods",), how, says, in_patch)


def _empty(period: object, spot: Spot) -> Object:
    made: Object = {"dimensions": [{"type": "TIME", "volume": Exact("0")}]}
    start = period.get("start_date_time") if isinstance(period, dict) else None
    if not isinstance(start, str):
        return made
    moment = spot.walk.direction.scalars.get(DateTime)
    return {"start_date_time": moment(start, spot) if moment else start, **made}
