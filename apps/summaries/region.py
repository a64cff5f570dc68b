"""What is in a part of the map: single places where they are few, and else clusters of them.

Up to the finest level of the grid its cells are read; closer, and for few places, an index by
position. However many Locations there are, so much is read as fits on a screen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from apps.summaries import grid
from apps.summaries.grid import FINEST, LEAST_ZOOM, MOST_ZOOM, Box
from apps.summaries.states import STATES

FEW = 400
# A box of more cells than that is looked at from further away.
MOST_CELLS = 4_000

_STATES = ", ".join(STATES)
_CELLS = f"""
SELECT x >> %(shift)s, y >> %(shift)s, sum(lat)::bigint, sum(lon)::bigint,
    max(city), {", ".join(f"sum({name})::bigint" for name in STATES)}
FROM summaries_cell WHERE level = %(level)s AND x BETWEEN %(west)s AND %(east)s
    AND y BETWEEN %(south)s AND %(north)s
GROUP BY 1, 2 ORDER BY 1, 2
"""
_INSIDE = "point(lon, lat) <@ box(point(%(west)s, %(south)s), point(%(east)s, %(north)s))"
_PLACES = f"""
SELECT location, owner, key, name, city, lat, lon, state, evses, available FROM summaries_place
WHERE {_INSIDE} LIMIT %(limit)s
"""
_CLOSE = f"""
SELECT ((lon + 180000000::bigint) << %(zoom)s) / 90000000,
    ((lat + 90000000::bigint) << %(zoom)s) / 90000000,
    sum(lat)::bigint, sum(lon)::bigint, max(city),
    {", ".join(f"count(*) FILTER (WHERE state = '{name}')" for name in STATES)}
FROM summaries_place WHERE {_INSIDE} GROUP BY 1, 2 ORDER BY 1, 2
"""
_EXTENT = f"""
SELECT lat / ({" + ".join(STATES)}), lon / ({" + ".join(STATES)}) FROM summaries_cell
WHERE level = %s
"""


@dataclass(frozen=True, slots=True)
class Spot:
    """One Location. Coordinates are in degrees."""

    location: int
    owner: str
    key: str
    name: str
    city: str
    lat: float
    lon: float
    state: str
    evses: int
    available: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """Several Locations: in their middle, how many, by state, and a city that one of them is in."""

    lat: float
    lon: float
    number: int
    states: dict[str, int]
    city: str


@dataclass(frozen=True, slots=True)
class Region:
    """What there is in a box: all of it as places, or all of it as clusters."""

    zoom: int
    total: int
    places: Sequence[Spot] = ()
    clusters: Sequence[Cluster] = ()


def region(box: Box, zoom: int) -> Region:
    """What a box has at a zoom (as maps have it, 1 to 18). A box far beyond a screen is looked at
    from a smaller zoom; the answer says which."""
    zoom = max(LEAST_ZOOM, min(MOST_ZOOM, zoom))
    while zoom > LEAST_ZOOM and grid.across(box, zoom) > MOST_CELLS:
        zoom -= 1
    clusters = _cells(box, zoom) if zoom <= FINEST else None
    total = sum(each.number for each in clusters or ())
    if clusters is not None and total > FEW:
        return Region(zoom, total, clusters=clusters)
    places = _places(box)
    if len(places) <= FEW:
        return Region(zoom, len(places), places=places)
    close = clusters or [_cluster(row) for row in _rows(_CLOSE, {**_edges(box), "zoom": zoom})]
    return Region(zoom, sum(each.number for each in close), clusters=close)


def extent() -> Box | None:
    """About where there are Locations at all; None when there are none."""
    return grid.around(_rows(_EXTENT, (4,)))


def _cells(box: Box, zoom: int) -> list[Cluster]:
    level = grid.kept_level(zoom)
    values = {
        "level": level,
        "shift": level - zoom,
        "west": grid.column(box.west, level),
        "east": grid.column(box.east, level),
        "south": grid.row(box.south, level),
        "north": grid.row(box.north, level),
    }
    return [_cluster(row) for row in _rows(_CELLS, values)]


def _cluster(row: tuple[Any, ...]) -> Cluster:
    _, _, lat, lon, city, *numbers = row
    number = sum(numbers)
    states = {name: many for name, many in zip(STATES, numbers, strict=True) if many}
    return Cluster(_degrees(lat / number), _degrees(lon / number), number, states, city)


def _places(box: Box) -> list[Spot]:
    rows = _rows(_PLACES, {**_edges(box), "limit": FEW + 1})
    return [
        Spot(location, owner, key, name, city, _degrees(lat), _degrees(lon), *state)
        for location, owner, key, name, city, lat, lon, *state in rows
    ]


def _edges(box: Box) -> dict[str, int]:
    return {"west": box.west, "south": box.south, "east": box.east, "north": box.north}


def _degrees(millionths: float) -> float:
    return round(millionths / grid.DEGREE, 6)


def _rows(statement: str, values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
