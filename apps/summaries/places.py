"""Where Locations are: a row for each, and the cells of the grid that count them, in step.

Whoever calls holds the lock on the progress of the module, so that nobody else writes meanwhile.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import connection

from apps.summaries.grid import DEGREE, LEVELS, column, row
from apps.summaries.states import STATES, state_of

LONGEST_NAME = 100

# Of a cell: its city, and a number for each of _SUMS.
Sums = tuple[str, *tuple[int, ...]]

_READ = """
SELECT location, lat, lon, state, city, owner FROM summaries_place WHERE location = ANY(%s)
"""
_WRITE = """
INSERT INTO summaries_place AS p
    (location, owner, key, name, city, lat, lon, state, evses, available)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::int[],
    %s::int[], %s::text[], %s::int[], %s::int[])
ON CONFLICT (location) DO UPDATE SET name = excluded.name, city = excluded.city,
    lat = excluded.lat, lon = excluded.lon, state = excluded.state, evses = excluded.evses,
    available = excluded.available
"""
_REMOVE = "DELETE FROM summaries_place WHERE location = ANY(%s)"
_SUMS = ("lat", "lon", *STATES)
# The two kinds of cells, by what tells them apart: with the places of all, and of each owner.
_ALL, _OF_OWNER = ("level", "x", "y"), ("owner", "level", "x", "y")
_TABLES = {_ALL: "summaries_cell", _OF_OWNER: "summaries_ownercell"}
_TYPES = {"owner": "%s::text[]", "level": "%s::int[]", "x": "%s::int[]", "y": "%s::int[]"}
_MOVE = f"""
INSERT INTO {{table}} AS c ({{key}}, city, {", ".join(_SUMS)})
SELECT * FROM unnest({{types}}, %s::text[], {", ".join(["%s::bigint[]"] * len(_SUMS))})
ON CONFLICT ({{key}}) DO UPDATE SET
    city = coalesce(nullif(excluded.city, ''), c.city),
    {", ".join(f"{name} = c.{name} + excluded.{name}" for name in _SUMS)}
"""
_TIDY = f"""
DELETE FROM {{table}} WHERE ({{key}}) IN (SELECT * FROM unnest({{types}}))
AND {" + ".join(STATES)} = 0
"""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as cells count it."""

    lat: int
    lon: int
    state: str
    city: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A Location and where it is; `spot` is None when it has no place on the map."""

    location: int
    owner: str
    key: str
    name: str
    spot: Spot | None
    evses: int = 0
    available: int = 0


def find(location: int, owner: str, key: str, content: object) -> Found:
    """What the map needs of a decoded Location. Never raises: what cannot be read has no place."""
    thing = content if isinstance(content, dict) else {}
    listed = thing.get("evses")
    evses = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    statuses = [str(each.get("status", "")) for each in evses]
    there = [status for status in statuses if status != "REMOVED"]
    state, point = state_of(statuses), _point(thing.get("coordinates"))
    spot = Spot(*point, state, _text(thing, "city"), owner) if point and state else None
    return Found(
        location, owner, key, _text(thing, "name"), spot, len(there), there.count("AVAILABLE")
    )


def _text(thing: dict[Any, Any], name: str) -> str:
    value = thing.get(name)
    return value[:LONGEST_NAME].replace("\x00", "") if isinstance(value, str) else ""


def _point(coordinates: object) -> tuple[int, int] | None:
    if not isinstance(coordinates, dict):
        return None
    try:
        lat, lon = (Decimal(str(coordinates[name])) for name in ("latitude", "longitude"))
        if abs(lat) <= 90 and abs(lon) <= 180:
            return round(lat * DEGREE), round(lon * DEGREE)
    except (KeyError, InvalidOperation):
        pass
    return None


def keep(found: Sequence[Found]) -> None:
    """Writes places, and moves the cells with them."""
    before = _spots(each.location for each in found)
    placed = [each for each in found if each.spot]
    _change(before.values(), [each.spot for each in placed if each.spot])
    with connection.cursor() as cursor:
        gone = [each.location for each in found if not each.spot and each.location in before]
        if gone:
            cursor.execute(_REMOVE, (gone,))
        if placed:
            cursor.execute(_WRITE, _columns(_row(each, each.spot) for each in placed if each.spot))


def remove(locations: Collection[int]) -> None:
    """Takes places away."""
    _change(_spots(locations).values(), ())
    with connection.cursor() as cursor:
        cursor.execute(_REMOVE, (list(locations),))


def _row(each: Found, spot: Spot) -> tuple[str | int, ...]:
    head = (each.location, each.owner, each.key, each.name)
    return (*head, spot.city, spot.lat, spot.lon, spot.state, each.evses, each.available)


def _columns(rows: Iterable[tuple[str | int, ...]]) -> list[list[str | int]]:
    """Rows as arrays, for one statement."""
    return [list(column) for column in zip(*rows, strict=True)]


def _spots(locations: Iterable[int]) -> dict[int, Spot]:
    with connection.cursor() as cursor:
        cursor.execute(_READ, (list(locations),))
        return {found[0]: Spot(*found[1:]) for found in cursor.fetchall()}


def _change(before: Iterable[Spot], after: Iterable[Spot]) -> None:
    gone, come = list(before), list(after)
    _move(_ALL, moved(gone, come))
    of_owners: dict[tuple[str | int, ...], Sums] = {}
    for owner in sorted({spot.owner for spot in (*gone, *come)}):
        own = ([spot for spot in spots if spot.owner == owner] for spots in (gone, come))
        of_owners |= {(owner, *place): sums for place, sums in moved(*own).items()}
    _move(_OF_OWNER, of_owners)


def _move(key: tuple[str, ...], cells: Mapping[tuple[Any, ...], Sums]) -> None:
    """Adds to cells of one kind, and takes away those in which nothing is left."""
    if not cells:
        return
    places = sorted(cells)
    named = {
        "table": _TABLES[key],
        "key": ", ".join(key),
        "types": ", ".join(_TYPES[name] for name in key),
    }
    with connection.cursor() as cursor:
        rows = ((*place, *cells[place]) for place in places)
        cursor.execute(_MOVE.format(**named), _columns(rows))
        cursor.execute(_TIDY.format(**named), _columns(places))


def moved(before: Iterable[Spot], after: Iterable[Spot]) -> dict[tuple[int, int, int], Sums]:
    """What is to be added to each cell (level, column, row): its city, and a number for each of the
    sums. Cells in which nothing changes are left out."""
    sums: dict[tuple[int, int, int], list[int]] = {}
    cities: dict[tuple[int, int, int], str] = {}
    for sign, spots in ((-1, before), (1, after)):
        for spot in spots:
            for level in LEVELS:
                place = (level, column(spot.lon, level), row(spot.lat, level))
                numbers = sums.setdefault(place, [0] * len(_SUMS))
                numbers[0] += sign * spot.lat
                numbers[1] += sign * spot.lon
                numbers[_SUMS.index(spot.state)] += sign
                if sign > 0:
                    cities[place] = spot.city
    return {
        place: (cities.get(place, ""), *numbers) for place, numbers in sums.items() if any(numbers)
    }
