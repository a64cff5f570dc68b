"""A charging network as a CPO would publish it: sites in real cities, made up one by one.

The same seed and number always give the same site, whatever was made before it, so a network of
any size can be walked through without being held in memory.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

from apps.sandbox.places import CITIES, City
from apps.sandbox.prices import tariff_id
from hub.ocpi import datetimes

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
STREETS_PER_CITY = 24
METRES_PER_DEGREE = 111_320.0

# Invented; the first is the platform's own name where it has one.
OPERATORS = ("Heron & Ohm", "Quiet Pylon", "Zebra Kilowatt", "Teal Current", "Maple Joule")


@dataclass(frozen=True, slots=True)
class Plug:
    """One kind of connector."""

    standard: str
    format: str
    power_type: str
    volts: int
    amperes: int
    watts: int
    price: str


AC11 = Plug("IEC_62196_T2", "CABLE", "AC_3_PHASE", 230, 16, 11_000, "AC")
AC22 = Plug("IEC_62196_T2", "SOCKET", "AC_3_PHASE", 230, 32, 22_000, "AC")
DC50 = Plug("IEC_62196_T2_COMBO", "CABLE", "DC", 500, 125, 50_000, "DC")
CHADEMO50 = Plug("CHADEMO", "CABLE", "DC", 500, 125, 50_000, "DC")
DC150 = Plug("IEC_62196_T2_COMBO", "CABLE", "DC", 920, 300, 150_000, "DC")
DC350 = Plug("IEC_62196_T2_COMBO", "CABLE", "DC", 920, 500, 350_000, "HPC")


@dataclass(frozen=True, slots=True)
class SiteKind:
    """A kind of site: how often among a hundred, what it is called, what stands there."""

    share: int
    says: str
    parking: str
    facilities: tuple[str, ...]
    evses: tuple[tuple[Plug, ...], ...]
    open_at_night: bool = True
    most_copies: int = 1


SITE_KINDS = (
    SiteKind(44, "street", "ON_STREET", (), ((AC22,), (AC22,))),
    SiteKind(18, "car park", "PARKING_LOT", ("PARKING_LOT",), ((AC22,), (AC22,)), True, 4),
    SiteKind(10, "garage", "UNDERGROUND_GARAGE", ("MALL",), ((AC11,), (AC11,)), False, 6),
    SiteKind(10, "hotel", "PARKING_LOT", ("HOTEL", "WIFI"), ((AC11,), (AC22,))),
    SiteKind(
        10, "supermarket", "PARKING_LOT", ("SUPERMARKET",),
        ((DC50, CHADEMO50, AC22), (AC22,)), False,
    ),
    SiteKind(
        8, "motorway", "ALONG_MOTORWAY", ("FUEL_STATION", "RESTAURANT"),
        ((DC150, CHADEMO50), (DC350,), (DC350,)), True, 4,
    ),
)  # fmt: skip

STATUSES = ("AVAILABLE",) * 78 + ("CHARGING",) * 16 + ("OUTOFORDER",) * 4 + ("INOPERATIVE",) * 2
NEARBY = {
    "en": "Behind the building, follow the blue signs.",
    "nl": "Achter het gebouw, volg de blauwe borden.",
    "de": "Hinter dem Gebäude, den blauen Schildern folgen.",
    "fr": "Derrière le bâtiment, suivre les panneaux bleus.",
    "es": "Detrás del edificio, siga las señales azules.",
}


def locations(
    party: tuple[str, str],
    count: int,
    *,
    seed: str = "network",
    moment: datetime = EPOCH,
    operator: str = OPERATORS[0],
    cities: Sequence[City] = CITIES,
) -> Iterator[dict[str, Any]]:
    """The first `count` Locations of a party. `moment` is when they were updated last; the first
    site of all is always free to charge at. They are in `cities` by turns."""
    return (
        location(party, number, seed=seed, moment=moment, operator=operator, cities=cities)
        for number in range(count)
    )


def location(
    party: tuple[str, str],
    number: int,
    *,
    seed: str = "network",
    moment: datetime = EPOCH,
    operator: str = OPERATORS[0],
    cities: Sequence[City] = CITIES,
) -> dict[str, Any]:
    """One Location, complete and valid."""
    dice = Random(f"{seed}/{party}/{number}")  # noqa: S311 - a made-up world, not a secret
    city = cities[number % len(cities)]
    kind = dice.choices(SITE_KINDS, [each.share for each in SITE_KINDS])[0]
    street, house, latitude, longitude = _address(city, seed, dice)
    stamp = datetimes.render(moment)
    site: dict[str, Any] = {
        "country_code": party[0],
        "party_id": party[1],
        "id": f"{city.short}-{number:05d}",
        "publish": True,
        "name": f"{city.name} {street} {house}",
        "address": f"{house} {street}" if city.country.number_first else f"{street} {house}",
        "city": city.name,
        "postal_code": _postal(city.country.postal, dice),
        "country": city.country.alpha3,
        "coordinates": {"latitude": f"{latitude:.6f}", "longitude": f"{longitude:.6f}"},
        "parking_type": kind.parking,
        "evses": _evses(f"{party[0]}*{party[1]}*E{number:05d}", city, kind, dice, stamp),
        "operator": {"name": operator, "website": "https://operator.example"},
        "time_zone": city.time_zone,
        "opening_times": _hours(kind),
        "charging_when_closed": True,
        "last_updated": stamp,
    }
    if number == 0:
        for evse in site["evses"]:
            evse["status"] = "AVAILABLE"
    if kind.facilities:
        site["facilities"] = list(kind.facilities)
    language = city.country.language
    if language in NEARBY and kind.says not in ("street", "motorway"):
        site["directions"] = [{"language": language, "text": NEARBY[language]}]
    if dice.random() < 0.3:
        site["energy_mix"] = _energy(dice)
    return site


def _address(city: City, seed: str, dice: Random) -> tuple[str, int, float, float]:
    """A house on one of the city's streets. A street is a straight line through the city, and its
    numbers grow along it."""
    number = dice.randrange(STREETS_PER_CITY)
    line = Random(f"{seed}/{city.short}/{number}")  # noqa: S311
    name = city.country.streets[number % len(city.country.streets)]
    north, east = line.gauss(0, 2200), line.gauss(0, 2200)
    bearing = line.uniform(0, math.pi)
    metres = dice.uniform(0, 1400)
    north += metres * math.cos(bearing)
    east += metres * math.sin(bearing)
    # Streets of one name in different quarters go on where the other one ends.
    quarter = number // len(city.country.streets)
    house = 1 + int(metres / 9) + 160 * quarter
    latitude = city.latitude + north / METRES_PER_DEGREE
    longitude = city.longitude + east / (METRES_PER_DEGREE * math.cos(math.radians(city.latitude)))
    return name, house, latitude, longitude


def _postal(pattern: str, dice: Random) -> str:
    made = {"9": "123456789", "A": "ABCDEGHJKLNPRSTVWX"}
    return "".join(dice.choice(made[c]) if c in made else c for c in pattern)


def _evses(
    prefix: str, city: City, kind: SiteKind, dice: Random, stamp: str
) -> list[dict[str, Any]]:
    plugs = kind.evses * dice.randint(1, kind.most_copies)
    evses = []
    for place, connectors in enumerate(plugs, start=1):
        evse_id = f"{prefix}*{place}"
        first = connectors[0]
        capabilities = ["RFID_READER", "REMOTE_START_STOP_CAPABLE", "CHARGING_PROFILE_CAPABLE"]
        if first.power_type == "DC":
            capabilities.append("CONTACTLESS_CARD_SUPPORT")
        elif first.format == "SOCKET":
            capabilities.append("UNLOCK_CAPABLE")
        evses.append(
            {
                "uid": evse_id,
                "evse_id": evse_id,
                "status": dice.choice(STATUSES),
                "capabilities": capabilities,
                "connectors": [
                    _connector(str(n), plug, city, stamp) for n, plug in enumerate(connectors, 1)
                ],
                "physical_reference": str(place),
                "last_updated": stamp,
            }
        )
        if kind.parking == "UNDERGROUND_GARAGE":
            evses[-1]["floor_level"] = f"-{1 + place % 2}"
    return evses


def _connector(identifier: str, plug: Plug, city: City, stamp: str) -> dict[str, Any]:
    return {
        "id": identifier,
        "standard": plug.standard,
        "format": plug.format,
        "power_type": plug.power_type,
        "max_voltage": plug.volts,
        "max_amperage": plug.amperes,
        "max_electric_power": plug.watts,
        "tariff_ids": [tariff_id(plug.price, city.country.currency)],
        "last_updated": stamp,
    }


def _hours(kind: SiteKind) -> dict[str, Any]:
    if kind.open_at_night:
        return {"twentyfourseven": True}
    week = [(day, "07:00", "22:00") for day in range(1, 7)] + [(7, "09:00", "20:00")]
    return {
        "twentyfourseven": False,
        "regular_hours": [
            {"weekday": day, "period_begin": begin, "period_end": end} for day, begin, end in week
        ],
    }


def _energy(dice: Random) -> dict[str, Any]:
    wind = dice.randrange(20, 81)
    return {
        "is_green_energy": True,
        "energy_sources": [
            {"source": "WIND", "percentage": wind},
            {"source": "SOLAR", "percentage": 100 - wind},
        ],
        "supplier_name": "Meadow Light & Power",
    }
