"""The onboarding page: a checklist of one partner's way from the invitation to traffic, renewed
while somebody looks at it, with whose turn it is and what to do when it is stuck.
"""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from apps.console import twin
from apps.console.onboarding import onboarding
from apps.console.onboarding_steps import State
from apps.console.pages import platform_acts
from apps.parties.models import Platform

NEEDED = ("parties.view_platform", "traffic.view_leg")
MARKS = {
    State.DONE: "✓",
    State.NOW: "▶",
    State.STUCK: "!",
    State.LATER: "·",
    State.NOT_NEEDED: "–",
}
# What may have to be done by hand on the way.
ACTS = ("test-call", "fetch-versions", "pull")


def page(request: HttpRequest, platform_id: int) -> HttpResponse:
    """The page of one platform, or its JSON."""
    if not request.user.has_perms(NEEDED):
        raise PermissionDenied
    row = get_object_or_404(Platform, pk=platform_id)
    facts = onboarding(row, timezone.now())
    if twin.wanted(request):
        return twin.twin(facts)
    may = request.user.has_perm("parties.change_platform")
    for step in facts["steps"]:
        step["mark"] = MARKS[step["state"]]
    context = {
        **admin.site.each_context(request),
        "title": f"Onboarding of {row.name}",
        "facts": facts,
        "may_invite": may,
        "buttons": [
            (act.label, f"{reverse('admin:parties_platform_act', args=[act.name])}?id={row.pk}")
            for act in platform_acts.ACTS
            if may and act.name in ACTS and not act.fits(row)
        ],
    }
    return TemplateResponse(request, "console/onboarding.html", context)
