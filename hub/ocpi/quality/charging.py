"""Rules about sessions and CDRs: whether times, energies and costs agree with each other."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from hub.ocpi.quality.reading import Object, inner, is_given, items, moment, number, text
from hub.ocpi.schema.values import NO_TIME

Remarks = Iterator[tuple[str, str]]

# Every figure may be rounded: to a hundredth of a kWh, a cent, a minute, once for each period.
KWH, MONEY, HOURS = Decimal("0.01"), Decimal("0.01"), Decimal(1) / 60

# spec: mod_cdrs_cdrdimensiontype_enum, the column Session Only.
SESSION_ONLY = {"CURRENT", "ENERGY_EXPORT", "ENERGY_IMPORT", "POWER", "STATE_OF_CHARGE"}
PARTS = (
    "total_fixed_cost",
    "total_energy_cost",
    "total_time_cost",
    "total_parking_cost",
    "total_reservation_cost",
)
TIMES = {"TIME", "PARKING_TIME"}
PRICES = ("excl_vat", "incl_vat")


def period_order(charge: Object, now: datetime) -> Remarks:
    """Charging periods that are not in the order of their starts."""
    before: datetime | None = None
    for path, period in items(charge, "charging_periods"):
        start = moment(period, "start_date_time")
        if start and before and start < before:
            yield f"{path}.start_date_time", "is before the start of the period before it."
        before = start or before


def period_outside(cdr: Object, now: datetime) -> Remarks:
    """Charging periods that start before the CDR does, or after its end."""
    if NO_TIME in (cdr.get("start_date_time"), cdr.get("end_date_time")):
        return
    begin, end = moment(cdr, "start_date_time"), moment(cdr, "end_date_time")
    for path, period in items(cdr, "charging_periods"):
        start = moment(period, "start_date_time")
        if start and begin and end and not begin <= start <= end:
            yield f"{path}.start_date_time", "is not between the start and the end of the CDR."


def session_only_dimension(cdr: Object, now: datetime) -> Remarks:
    """Dimensions that are for Sessions only."""
    for path, period in items(cdr, "charging_periods"):
        for where, dimension in items(period, "dimensions"):
            kind = text(dimension, "type")
            if kind in SESSION_ONLY:
                yield f"{path}{where}.type", f"{kind} is for Sessions only, not for CDRs."


def energy_differs(cdr: Object, now: datetime) -> Remarks:
    """A total energy other than that of the periods together."""
    total, volumes = number(cdr, "total_energy"), _volumes(cdr, "ENERGY")
    if total is not None and volumes and abs(sum(volumes) - total) > KWH * len(volumes):
        yield ".total_energy", f"is {total} kWh, but its periods have {sum(volumes)} together."


def time_differs(cdr: Object, now: datetime) -> Remarks:
    """A total time other than that of the periods together, where each period says its time."""
    total = number(cdr, "total_time")
    charging, parking = _volumes(cdr, "TIME"), _volumes(cdr, "PARKING_TIME")
    periods = [_kinds(period) for _, period in items(cdr, "charging_periods")]
    if total is None or not (periods and all(each & TIMES for each in periods)):
        return
    # Whether TIME includes PARKING_TIME was understood both ways before the erratum on it.
    sums = (sum(charging), sum(charging) + sum(parking))
    if all(abs(each - total) > HOURS * len(periods) for each in sums):
        yield ".total_time", f"is {total} h, but its periods have {sums[1]:.4f} together."


def longer_than_it_took(cdr: Object, now: datetime) -> Remarks:
    """A total time that is longer than from start to end."""
    total = number(cdr, "total_time")
    begin, end = moment(cdr, "start_date_time"), moment(cdr, "end_date_time")
    if total is None or begin is None or end is None or end < begin:
        return
    if NO_TIME in (cdr.get("start_date_time"), cdr.get("end_date_time")):
        return
    took = Decimal((end - begin).total_seconds()) / 3600
    if total > took + HOURS:
        yield ".total_time", f"is {total} h, but from start to end it took {took:.4f}."


def cost_differs(cdr: Object, now: datetime) -> Remarks:
    """A total cost other than its parts together, where all of them are given."""
    # In a credit CDR the total alone is negative. spec: mod_cdrs_credit_cdrs
    sign = -1 if cdr.get("credit") is True else 1
    for price in PRICES:
        total = number(inner(cdr, "total_cost"), price)
        given = [number(inner(cdr, part), price) for part in PARTS]
        parts = [part for part in given if part is not None]
        if total is None or len(parts) < len(PARTS):
            continue
        if abs(sum(parts) - sign * total) > MONEY * len(PARTS):
            says = f"is {total}, but its parts are {sum(parts)} together."
            yield f".total_cost.{price}", says


def credit_without_reference(cdr: Object, now: datetime) -> Remarks:
    """A credit CDR that does not say which CDR it takes back."""
    if cdr.get("credit") is True and not is_given(cdr, "credit_reference_id"):
        yield ".credit_reference_id", "must be given when credit is true."


def reference_without_credit(cdr: Object, now: datetime) -> Remarks:
    """A CDR that names another, but is no credit CDR."""
    if cdr.get("credit") is not True and is_given(cdr, "credit_reference_id"):
        yield ".credit_reference_id", "is only for credit CDRs, and credit is not true."


def credit_that_charges(cdr: Object, now: datetime) -> Remarks:
    """A credit CDR with a positive cost."""
    for price in PRICES:
        total = number(inner(cdr, "total_cost"), price)
        if cdr.get("credit") is True and total is not None and total > 0:
            yield f".total_cost.{price}", f"is {total}; a credit CDR has negative amounts."


def long_id(cdr: Object, now: datetime) -> Remarks:
    """An id of more than 36 characters on a CDR that is no credit CDR."""
    if cdr.get("credit") is not True and len(text(cdr, "id")) > 36:
        yield ".id", "may have more than 36 characters on credit CDRs only."


def _kinds(period: Object) -> set[str]:
    return {text(dimension, "type") for _, dimension in items(period, "dimensions")}


def _volumes(cdr: Object, kind: str) -> list[Decimal]:
    """The volumes of one dimension, period by period."""
    return [
        volume
        for _, period in items(cdr, "charging_periods")
        for _, dimension in items(period, "dimensions")
        if dimension.get("type") == kind and (volume := number(dimension, "volume")) is not None
    ]
