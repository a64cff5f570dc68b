"""A part of the map as plain data: what the page draws, its table has, and its JSON says."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from apps.console import kept_rows
from apps.summaries import grid
from apps.summaries.grid import DEGREE, LEAST_ZOOM, MOST_ZOOM, Box
from apps.summaries.region import EVERYTHING, Chosen, Cluster, Spot, extent, region
from apps.summaries.states import STATES

Fact = dict[str, Any]

EDGES = ("west", "south", "east", "north")
SIGHT = ("lat", "lon", "zoom")

# The size of a screen that nobody has told of, in pixels.
WIDE, HIGH = 1024, 512
# Of the whole Earth at zoom 0.
TILE = 256
CLOSEST_AT_FIRST = 12
# Where the projection of web maps ends.
POLAR = 85.0


@dataclass(frozen=True, slots=True)
class Sight:
    """Where a map looks at: its middle in degrees, and its zoom."""

    lat: float
    lon: float
    zoom: int

    def box(self) -> Box:
        """What a screen of that size shows."""
        per_pixel = 360 / (TILE * 2**self.zoom)
        wide = per_pixel * WIDE / 2
        high = per_pixel * HIGH / 2 * math.cos(math.radians(min(abs(self.lat), POLAR)))
        return grid.within(self.lon - wide, self.lat - high, self.lon + wide, self.lat + high)


EUROPE = Sight(50, 10, 3)


def first_sight(owner: str = "") -> Sight:
    """All there is, or all of an owner; where there is nothing yet, Europe."""
    box = extent(owner)
    if box is None:
        return EUROPE
    lat, lon = (box.south + box.north) / 2 / DEGREE, (box.west + box.east) / 2 / DEGREE
    wide, high = (box.east - box.west) / DEGREE, (box.north - box.south) / DEGREE
    stretched = high / math.cos(math.radians(min(abs(lat), POLAR)))
    # Half as wide again, so that nothing is at the very edge.
    needed = max(wide * 1.5 / (WIDE * 360 / TILE), stretched * 1.5 / (HIGH * 360 / TILE))
    zoom = CLOSEST_AT_FIRST if needed <= 0 else math.floor(-math.log2(needed))
    return Sight(round(lat, 4), round(lon, 4), max(LEAST_ZOOM, min(CLOSEST_AT_FIRST, zoom)))


def sight(lat: float, lon: float, zoom: int) -> Sight:
    """A sight within what maps can show."""
    return Sight(
        max(-POLAR, min(POLAR, lat)),
        max(-180.0, min(180.0, lon)),
        max(LEAST_ZOOM, min(MOST_ZOOM, zoom)),
    )


def looked(asked: Mapping[str, Any]) -> tuple[Sight, Box, Chosen]:
    """Where is looked, and for what: `lat`, `lon` and `zoom`, or all there is without them; the
    box of `west`, `south`, `east` and `north` in degrees, or a screen without them; `owner` and
    `state`. None is absent."""
    chosen = Chosen(asked["owner"], asked["state"])
    lat, lon, zoom = asked["lat"], asked["lon"], asked["zoom"]
    if lat is None or lon is None:
        here = first_sight(chosen.owner)
        here = here if zoom is None else sight(here.lat, here.lon, int(zoom))
    else:
        here = sight(lat, lon, CLOSEST_AT_FIRST if zoom is None else int(zoom))
    west, south, east, north = (asked[name] for name in EDGES)
    if west is None or south is None or east is None or north is None:
        return here, here.box(), chosen
    return here, grid.within(west, south, east, north), chosen


def seen(box: Box, zoom: int, chosen: Chosen = EVERYTHING) -> Fact:
    """What there is in a box at a zoom."""
    found = region(box, zoom, chosen)
    return {
        "zoom": found.zoom,
        "total": found.total,
        "places": [_place(each) for each in found.places],
        "clusters": [_cluster(each, zoom) for each in found.clusters],
    }


def _place(spot: Spot) -> Fact:
    return {
        "id": kept_rows.shown_key(spot.key),
        "owner": spot.owner,
        "name": spot.name,
        "city": spot.city,
        "lat": spot.lat,
        "lon": spot.lon,
        "state": spot.state,
        "letter": STATES[spot.state].letter,
        "words": STATES[spot.state].words,
        "available": spot.available,
        "evses": spot.evses,
        "url": reverse("admin:locations_location_change", args=[spot.location]),
    }


def _cluster(cluster: Cluster, zoom: int) -> Fact:
    return {
        "lat": cluster.lat,
        "lon": cluster.lon,
        "number": cluster.number,
        "city": cluster.city,
        "states": cluster.states,
        "closer": min(zoom + 2, MOST_ZOOM),
    }
