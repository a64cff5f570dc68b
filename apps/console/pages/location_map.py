"""The map of Locations: where they are and whether one can charge there, as clusters or one by one;
and the same as a table, for whoever has no map."""

import math
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from apps.console import map_facts, twin
from apps.console.map_facts import Sight
from apps.summaries import grid
from apps.summaries.grid import Box
from apps.summaries.states import STATES

NEEDED = ("locations.view_location",)
EDGES = ("west", "south", "east", "north")


def page(request: HttpRequest) -> HttpResponse:
    """`?lat=`, `?lon=` and `?zoom=` say where to look, all Locations without; with `format=json`
    what is there, or in the box of `?west=`, `?south=`, `?east=` and `?north=`, in degrees."""
    if not request.user.has_perms(NEEDED):
        raise PermissionDenied
    sight = _sight(request) or map_facts.first_sight()
    box = _box(request) or sight.box()
    found = map_facts.seen(box, sight.zoom)
    if twin.wanted(request):
        return twin.twin({"now": timezone.now(), **found})
    looking = {"lat": sight.lat, "lon": sight.lon, "zoom": sight.zoom}
    context = {
        **admin.site.each_context(request),
        "title": "Map of Locations",
        "sight": sight,
        "found": found,
        "states": STATES,
        "clusters": [_line(each) for each in found["clusters"]],
        "json": urlencode({**looking, "format": "json"}),
        "farther": urlencode({**looking, "zoom": max(sight.zoom - 2, grid.LEAST_ZOOM)}),
    }
    return TemplateResponse(request, "console/map.html", context)


def _line(cluster: dict[str, Any]) -> dict[str, Any]:
    """A row of the table: a number for each state, and the query that looks closer."""
    looking = {"lat": cluster["lat"], "lon": cluster["lon"], "zoom": cluster["closer"]}
    numbers = [cluster["states"].get(name, 0) for name in STATES]
    return {**cluster, "numbers": numbers, "query": urlencode(looking)}


def _sight(request: HttpRequest) -> Sight | None:
    lat, lon, zoom = (_number(request, name) for name in ("lat", "lon", "zoom"))
    if lat is None or lon is None:
        found = map_facts.first_sight()
        return None if zoom is None else map_facts.sight(found.lat, found.lon, int(zoom))
    return map_facts.sight(lat, lon, int(zoom or map_facts.CLOSEST_AT_FIRST))


def _box(request: HttpRequest) -> Box | None:
    west, south, east, north = (_number(request, name) for name in EDGES)
    if west is None or south is None or east is None or north is None:
        return None
    return grid.within(west, south, east, north)


def _number(request: HttpRequest, name: str) -> float | None:
    """A number in the query; anything else counts as absent."""
    try:
        found = float(request.GET.get(name, ""))
    except ValueError:
        return None
    return found if math.isfinite(found) else None
