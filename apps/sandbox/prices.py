"""Tariffs as a CPO would publish them, and what a charge costs by one of them.

Every kind of price component and the usual restrictions occur. Money is Decimal throughout.
spec: mod_tariffs_step_size, mod_tariffs_tariffelement_class
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from apps.sandbox.places import CITIES
from hub.ocpi import datetimes

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
CENT = Decimal("0.01")
FOUR = Decimal("0.0001")

VAT = {city.country.currency: city.country.vat for city in reversed(CITIES)}
# One euro in each currency, roughly; only the size of the numbers matters.
WORTH = {
    "EUR": "1", "GBP": "0.86", "CHF": "0.95", "DKK": "7.5", "SEK": "11.2", "NOK": "11.6",
    "PLN": "4.3", "CZK": "25",
}  # fmt: skip
KINDS = ("AC", "NIGHT", "DC", "HPC", "AD_HOC")
TEXTS = {
    "AC": "By energy; after four hours also by time.",
    "NIGHT": "By energy, cheaper between 22:00 and 06:00 and at weekends.",
    "DC": "By energy and time, one start fee.",
    "HPC": "By energy, with a least price.",
    "AD_HOC": "By energy, paid on the spot.",
}


def tariff_id(kind: str, currency: str) -> str:
    return f"{kind}-{currency}"


def tariffs(
    party: tuple[str, str], currencies: Iterable[str] = ("EUR",), *, moment: datetime = EPOCH
) -> Iterator[dict[str, Any]]:
    """Every kind of tariff in each currency."""
    return (tariff(party, kind, currency, moment) for currency in currencies for kind in KINDS)


def tariff(party: tuple[str, str], kind: str, currency: str, moment: datetime) -> dict[str, Any]:
    """One Tariff, complete and valid."""
    worth, vat = Decimal(WORTH[currency]), VAT[currency]

    def component(dimension: str, euros: str, step_size: int) -> dict[str, Any]:
        price = (Decimal(euros) * worth).quantize(CENT, ROUND_HALF_UP)
        return {"type": dimension, "price": price, "vat": vat, "step_size": step_size}

    elements: dict[str, list[dict[str, Any]]] = {
        "AC": [
            {
                "price_components": [component("TIME", "3.00", 300)],
                "restrictions": {"min_duration": 4 * 3600},
            },
            {"price_components": [component("ENERGY", "0.42", 1)]},
        ],
        "NIGHT": [
            {
                "price_components": [component("ENERGY", "0.29", 1)],
                "restrictions": {"start_time": "22:00", "end_time": "06:00"},
            },
            {
                "price_components": [component("ENERGY", "0.33", 1)],
                "restrictions": {"day_of_week": ["SATURDAY", "SUNDAY"]},
            },
            {"price_components": [component("ENERGY", "0.42", 1)]},
        ],
        "DC": [
            {
                "price_components": [
                    component("FLAT", "0.50", 1),
                    component("ENERGY", "0.51", 100),
                    component("TIME", "1.20", 60),
                    component("PARKING_TIME", "6.00", 900),
                ]
            }
        ],
        "HPC": [{"price_components": [component("ENERGY", "0.63", 1)]}],
        "AD_HOC": [{"price_components": [component("ENERGY", "0.69", 1000)]}],
    }
    made: dict[str, Any] = {
        "country_code": party[0],
        "party_id": party[1],
        "id": tariff_id(kind, currency),
        "currency": currency,
        "type": "AD_HOC_PAYMENT" if kind == "AD_HOC" else "REGULAR",
        "tariff_alt_text": [{"language": "en", "text": TEXTS[kind]}],
        "elements": elements[kind],
        "last_updated": datetimes.render(moment),
    }
    if kind == "HPC":
        least = worth.quantize(CENT)
        made["min_price"] = {"excl_vat": least, "incl_vat": _with_vat(least, vat)}
    return made


@dataclass(frozen=True, slots=True)
class Used:
    """One charging period: when it began, energy, hours of charging, hours of only parking."""

    start: datetime
    kwh: Decimal
    hours: Decimal
    parking_hours: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Cost:
    """Prices without and with VAT by dimension; `total` honours the least price."""

    parts: Mapping[str, tuple[Decimal, Decimal]]
    total: tuple[Decimal, Decimal]

    def price(self, dimension: str = "") -> dict[str, Decimal]:
        """A Price object: of one dimension, or in all."""
        excluding, including = self.parts[dimension] if dimension else self.total
        return {"excl_vat": excluding, "incl_vat": including}


UNITS = {"ENERGY": Decimal(1000), "TIME": Decimal(3600), "PARKING_TIME": Decimal(3600)}


def cost(tariff: Mapping[str, Any], periods: Iterable[Used], zone: str) -> Cost:
    """What a charge costs. In every period each dimension is priced by the first element that
    fits; the last block of a dimension is rounded up to its step, time only if no parking follows.
    """
    local = ZoneInfo(zone)
    volumes: dict[str, dict[int, Decimal]] = {}
    components: dict[int, Mapping[str, Any]] = {}
    kwh = hours = Decimal(0)
    for used in periods:
        amounts = {"ENERGY": used.kwh, "TIME": used.hours, "PARKING_TIME": used.parking_hours}
        for dimension, amount in (("FLAT", Decimal(1)), *amounts.items()):
            found = _component(tariff, dimension, used.start.astimezone(local), kwh, hours)
            if found is None or not amount:
                continue
            components[id(found)] = found
            before = volumes.setdefault(dimension, {}).pop(id(found), Decimal(0))
            volumes[dimension][id(found)] = Decimal(1) if dimension == "FLAT" else before + amount
        kwh += used.kwh
        hours += used.hours + used.parking_hours
    parts = {}
    for dimension, by_component in volumes.items():
        unit = UNITS.get(dimension)
        if unit and not (dimension == "TIME" and "PARKING_TIME" in volumes):
            last = next(reversed(by_component))
            _round_up(by_component, last, unit, components[last]["step_size"])
        prices = [_priced(volume, components[which]) for which, volume in by_component.items()]
        parts[dimension] = _sum(prices)
    total = _sum(parts.values())
    least = tariff.get("min_price")
    if least is not None and total[0] < Decimal(str(least["excl_vat"])):
        total = (Decimal(str(least["excl_vat"])), Decimal(str(least["incl_vat"])))
    return Cost(parts, total)


def _sum(prices: Iterable[tuple[Decimal, Decimal]]) -> tuple[Decimal, Decimal]:
    excluding = including = Decimal(0)
    for price in prices:
        excluding += price[0]
        including += price[1]
    return excluding, including


def _round_up(volumes: dict[int, Decimal], last: int, unit: Decimal, step_size: int) -> None:
    total = sum(volumes.values()) * unit
    steps = (total / step_size).to_integral_value(ROUND_CEILING)
    volumes[last] += (steps * step_size - total) / unit


def _priced(volume: Decimal, component: Mapping[str, Any]) -> tuple[Decimal, Decimal]:
    excluding = (volume * Decimal(str(component["price"]))).quantize(FOUR, ROUND_HALF_UP)
    return excluding, _with_vat(excluding, component.get("vat", 0))


def _with_vat(excluding: Decimal, vat: float) -> Decimal:
    return (excluding * (1 + Decimal(str(vat)) / 100)).quantize(FOUR, ROUND_HALF_UP)


def _component(
    tariff: Mapping[str, Any], dimension: str, local: datetime, kwh: Decimal, hours: Decimal
) -> Mapping[str, Any] | None:
    for element in tariff["elements"]:
        if _applies(element.get("restrictions") or {}, local, kwh, hours):
            for component in element["price_components"]:
                if component["type"] == dimension:
                    return component
    return None


def _applies(
    restrictions: Mapping[str, Any], local: datetime, kwh: Decimal, hours: Decimal
) -> bool:
    clock = f"{local:%H:%M}"
    begin, end = restrictions.get("start_time", "00:00"), restrictions.get("end_time", "24:00")
    in_time = begin <= clock < end if begin < end else clock >= begin or clock < end
    days = restrictions.get("day_of_week")
    day = f"{local:%A}".upper()
    return (
        in_time
        and (not days or day in days)
        and hours * 3600 >= restrictions.get("min_duration", 0)
        and hours * 3600 < restrictions.get("max_duration", 10**9)
        and kwh >= Decimal(str(restrictions.get("min_kwh", 0)))
        and kwh < Decimal(str(restrictions.get("max_kwh", 10**9)))
    )
