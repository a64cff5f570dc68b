"""The trace page: one box for any id, the sequence diagram of what it means, and the same as a
table.
"""

from dataclasses import asdict
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from apps.console import twin
from apps.console.drawing import draw
from apps.console.looking_up import look_up
from apps.console.sequence import sequence
from apps.outbox.models import Delivery
from apps.traffic.models import Leg

LONGEST_ID = 300
NEEDED = ("traffic.view_leg",)


def page(request: HttpRequest) -> HttpResponse:
    """`?id=` is a correlation id, a request id, an object's id or a party. The deliveries are told
    to users who may see deliveries."""
    if not request.user.has_perms(NEEDED):
        raise PermissionDenied
    asked = request.GET.get("id", "").strip().replace("\x00", "")[:LONGEST_ID]
    found = (
        look_up(asked, deliveries=request.user.has_perm("outbox.view_delivery")) if asked else {}
    )
    trace = found.get("trace")
    course = sequence(trace) if trace else None
    if twin.wanted(request):
        data: dict[str, Any] = {**found, "sequence": asdict(course) if course else None}
        return twin.twin(data, 200 if trace or found.get("chains") else 404)
    context = {
        **admin.site.each_context(request),
        "title": "Trace",
        "asked": asked,
        "found": found,
        "trace": trace,
        "course": course,
        "drawing": draw(course) if course else None,
        "leg_opts": Leg._meta,
        "delivery_opts": Delivery._meta,
    }
    return TemplateResponse(request, "console/trace.html", context)
