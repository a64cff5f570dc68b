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
# With a state that few are in, so many places are looked through for them at most.
MOST_LOOKED_AT = 20_000
# A box of more cells than that is looked at from further away.
MOST_CELLS = 4_000

_STATES = ", ".join(STATES)
_CELLS = f"""
SELECT x >> %(shift)s, y >> %(shift)s, sum(lat)::bigint, sum(lon)::bigint,
    max(city), {", ".join(f"sum({name})::bigint" for name in STATES)}
FROM {{cells}} level = %(level)s AND x BETWEEN %(west)s AND %(east)s
    AND y BETWEEN %(south)s AND %(north)s
GROUP BY 1, 2 ORDER BY 1, 2
"""
_INSIDE = (
    "point(lon, lat) <@ box(point(%(west)s, %(south)s), point(%(east)s, %(north)s)) AND {chosen}"
)
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
SELECT lat / ({" + ".join(STATES)}), lon / ({" + ".join(STATES)}) FROM {{cells}}
level = %(level)s
"""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which Locations: of one owner, in one state; empty is any."""

    owner: str = ""
    state: str = ""

    def into(self, statement: str) -> str:
        """A statement about these."""
        cells = "summaries_ownercell WHERE owner = %(owner)s AND"
        conditions = [f"{name} = %({name})s" for name, value in self.values.items() if value]
        return statement.format(
            cells=cells if self.owner else "summaries_cell WHERE",
            chosen=" AND ".join(conditions) or "true",
        )

    @property
    def values(self) -> dict[str, Any]:
        return {"owner": self.owner, "state": self.state}


EVERYTHING = Chosen()


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
    """Several Locations: about in their middle, how many, by state, and a city that one of them is
    in."""

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


def region(box: Box, zoom: int, chosen: Chosen = EVERYTHING) -> Region:
    """What a box has at a zoom (as maps have it, 1 to 18). A box far beyond a screen is looked at
    from a smaller zoom; the answer says which."""
    zoom = max(LEAST_ZOOM, min(MOST_ZOOM, zoom))
    while zoom > LEAST_ZOOM and grid.across(box, zoom) > MOST_CELLS:
        zoom -= 1
    clusters: Sequence[Cluster] | None = None
    if zoom <= FINEST:
        rows = _cells(box, zoom, chosen)
        clusters = _clusters(rows, chosen)
        total = sum(each.number for each in clusters)
        if total > FEW or sum(sum(row[5:]) for row in rows) > MOST_LOOKED_AT:
            return Region(zoom, total, clusters=clusters)
    places = _places(box, chosen)
    if len(places) <= FEW:
        return Region(zoom, len(places), places=places)
    if clusters is None:
        values = {**_edges(box), "zoom": zoom, **chosen.values}
        clusters = _clusters(_rows(chosen.into(_CLOSE), values), chosen)
    return Region(zoom, sum(each.number for each in clusters), clusters=clusters)


def extent(owner: str = "") -> Box | None:
    """About where there are Locations at all, or those of an owner; None when there are none."""
    chosen = Chosen(owner)
    return grid.around(_rows(chosen.into(_EXTENT), {"level": 4, **chosen.values}))


def _cells(box: Box, zoom: int, chosen: Chosen) -> list[Any]:
    level = grid.kept_level(zoom)
    values = {
        "level": level,
        "shift": level - zoom,
        "west": grid.column(box.west, level),
        "east": grid.column(box.east, level),
        "south": grid.row(box.south, level),
        "north": grid.row(box.north, level),
        **chosen.values,
    }
    return _rows(chosen.into(_CELLS), values)


def _clusters(rows: Sequence[Any], chosen: Chosen) -> list[Cluster]:
    """Cells as clusters, as far as they have any that is chosen. One of a state alone is in the
    middle of all: no cell knows more."""
    found = []
    for _, _, lat, lon, city, *numbers in rows:
        by_state = dict(zip(STATES, numbers, strict=True))
        states = {
            name: many for name, many in by_state.items() if many and chosen.state in ("", name)
        }
        if states:
            all_of_them, number = sum(numbers), sum(states.values())
            middle = (_degrees(lat / all_of_them), _degrees(lon / all_of_them))
            found.append(Cluster(*middle, number, states, city))
    return found


def _places(box: Box, chosen: Chosen) -> list[Spot]:
    rows = _rows(chosen.into(_PLACES), {**_edges(box), "limit": FEW + 1, **chosen.values})
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
