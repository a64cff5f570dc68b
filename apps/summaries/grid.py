"""A grid over the Earth, in levels as the zooms of a map: a cell of level N is 90 / 2^N degrees
wide and high, which is 64 pixels at zoom N. Coordinates are whole millionths of a degree.
"""

from collections.abc import Sequence
from dataclasses import dataclass

DEGREE = 1_000_000
# Levels that are kept; those between are added up from the next one.
LEVELS = (2, 4, 6, 8, 10)
FINEST = LEVELS[-1]
LEAST_ZOOM, MOST_ZOOM = 1, 18


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the Earth, in millionths of a degree."""

    west: int
    south: int
    east: int
    north: int


WORLD = Box(-180 * DEGREE, -90 * DEGREE, 180 * DEGREE, 90 * DEGREE)


def column(lon: int, level: int) -> int:
    """The column of cells that a longitude is in, from 0 at 180 degrees west."""
    return ((lon + 180 * DEGREE) << level) // (90 * DEGREE)


def row(lat: int, level: int) -> int:
    """The row of cells that a latitude is in, from 0 at the South Pole."""
    return ((lat + 90 * DEGREE) << level) // (90 * DEGREE)


def across(box: Box, level: int) -> int:
    """How many cells of a level a box touches."""
    wide = column(box.east, level) - column(box.west, level) + 1
    return wide * (row(box.north, level) - row(box.south, level) + 1)


def kept_level(zoom: int) -> int:
    """The level that the cells of a zoom are added up from; zoom is FINEST at most."""
    return next(level for level in LEVELS if level >= zoom)


def within(west: float, south: float, east: float, north: float) -> Box:
    """A box of degrees, cut off at the edges of the world."""
    lons = sorted(_cut(value, 180) for value in (west, east))
    lats = sorted(_cut(value, 90) for value in (south, north))
    return Box(lons[0], lats[0], lons[1], lats[1])


def _cut(degrees: float, most: int) -> int:
    return round(max(-most, min(most, degrees)) * DEGREE)


def around(points: Sequence[tuple[int, int]]) -> Box | None:
    """The box that has all points, given as latitude and longitude; None without any."""
    if not points:
        return None
    lats, lons = zip(*points, strict=True)
    return Box(min(lons), min(lats), max(lons), max(lats))
