"""The map of Locations: where they are and whether one can charge there, as clusters or one by one;
and the same as a table, for whoever has no map."""

import math
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from apps.console import map_facts, twin
from apps.console.fields import PartyField
from apps.console.map_facts import EDGES, SIGHT
from apps.summaries import grid
from apps.summaries.states import STATES

NEEDED = ("locations.view_location",)


class ChosenForm(forms.Form):
    """Which Locations are shown."""

    owner = PartyField(
        label="Owner",
        required=False,
        max_length=6,
        widget=forms.TextInput(attrs={"placeholder": "NL/CPO"}),
    )
    state = forms.ChoiceField(
        label="Status",
        required=False,
        choices=[("", "all"), *((name, state.words) for name, state in STATES.items())],
    )


def page(request: HttpRequest) -> HttpResponse:
    """`?lat=`, `?lon=` and `?zoom=` say where to look, all Locations without; with `format=json`
    what is there, or in the box of `?west=`, `?south=`, `?east=` and `?north=`, in degrees.
    `?owner=` and `?state=` narrow it; a value that cannot be read is told, and narrows nothing."""
    if not request.user.has_perms(NEEDED):
        raise PermissionDenied
    form = ChosenForm(request.GET)
    form.is_valid()
    given = {name: form.cleaned_data.get(name, "") for name in form.fields}
    asked = {name: _number(request, name) for name in (*SIGHT, *EDGES)}
    sight, box, chosen = map_facts.looked({**asked, **given})
    found = map_facts.seen(box, sight.zoom, chosen)
    if twin.wanted(request):
        return twin.twin({"now": timezone.now(), **found})
    kept = {name: value for name, value in given.items() if value}
    looking = {"lat": sight.lat, "lon": sight.lon, "zoom": sight.zoom, **kept}
    context = {
        **admin.site.each_context(request),
        "title": "Map of Locations",
        "form": form,
        "kept": kept,
        "everything": urlencode(kept),
        "sight": sight,
        "found": found,
        "states": STATES,
        "clusters": [_line(each, kept) for each in found["clusters"]],
        "json": urlencode({**looking, "format": "json"}),
        "farther": urlencode({**looking, "zoom": max(sight.zoom - 2, grid.LEAST_ZOOM)}),
    }
    return TemplateResponse(request, "console/map.html", context)


def _line(cluster: dict[str, Any], kept: dict[str, str]) -> dict[str, Any]:
    """A row of the table: a number for each state, and the query that looks closer."""
    looking = {"lat": cluster["lat"], "lon": cluster["lon"], "zoom": cluster["closer"], **kept}
    numbers = [cluster["states"].get(name, 0) for name in STATES]
    return {**cluster, "numbers": numbers, "query": urlencode(looking)}


def _number(request: HttpRequest, name: str) -> float | None:
    """A number in the query; anything else counts as absent."""
    try:
        found = float(request.GET.get(name, ""))
    except ValueError:
        return None
    return found if math.isfinite(found) else None
