"""The first page: is anything wrong now? Above the operator's menu, for what the user may see."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from apps.console import bars, dashboard_facts, twin
from apps.console.dashboard_facts import Fact

OUTCOMES = ("ok", "refused", "failed")
TROUBLE = OUTCOMES[1:]
TICKS = 5


def page(request: HttpRequest) -> HttpResponse:
    """The dashboard; with `format=json` its data."""
    found = dashboard_facts.dashboard(request.user, timezone.now())
    if twin.wanted(request):
        if not found:
            raise PermissionDenied
        return twin.twin(found)
    traffic = found.get("traffic")
    context = {
        "now": found,
        "may_invite": request.user.has_perm("parties.add_platform"),
        "charts": _charts(traffic) if traffic else (),
        "quarters": _quarters(traffic) if traffic else (),
    }
    return admin.site.index(request, context)


def _charts(traffic: Fact) -> tuple[dict[str, Any], ...]:
    """Traffic, and what of it went wrong at a scale of its own; without messages, none."""
    quarters = traffic["quarters"]
    moments = [quarter["at"] for quarter in quarters]
    charts = []
    for name, title, kinds in (
        ("traffic", "Messages", OUTCOMES),
        ("trouble", "Refused and failed", TROUBLE),
    ):
        if any(quarter[kind] for quarter in quarters for kind in kinds):
            chart = bars.draw(moments, quarters, kinds, TICKS)
            charts.append({"name": name, "title": title, "kinds": kinds, "drawing": chart})
    return tuple(charts)


def _quarters(traffic: Fact) -> list[Fact]:
    """The quarters of an hour in which something passed, the newest first."""
    return [quarter for quarter in reversed(traffic["quarters"]) if quarter["messages"]]
