"""Deliveries as cells: a row for each broadcast push, a cell for each of its recipients."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.console import push_facts, twin
from apps.console.columns import NOTHING, shown
from apps.console.endless import number
from apps.console.push_facts import LOOKS, Fact
from apps.outbox.models import Delivery

NEEDED = ("outbox.view_delivery",)
LONGEST_ID = 64
# The acts of the page of deliveries, for cells in a state.
ACTS = (
    (Delivery.State.DROPPED, "again", "Send again"),
    (Delivery.State.WAITING, "give-up", "Drop"),
)


def page(request: HttpRequest) -> HttpResponse:
    """`?before=` goes on behind a push, `?q=` is a whole correlation id."""
    if not request.user.has_perms(NEEDED):
        raise PermissionDenied
    asked = request.GET.get("q", "").strip().replace("\x00", "")[:LONGEST_ID]
    before, now = number(request, "before"), timezone.now()
    pushes, more = push_facts.pushes(before, asked)
    looked_at, lanes = push_facts.lanes(now)
    if twin.wanted(request):
        facts = {"now": now, "looked_at": looked_at, "lanes": lanes, "pushes": pushes}
        return twin.twin({**facts, "before": more})
    may_act = request.user.has_perm("outbox.change_delivery")
    kept = {"q": asked} if asked else {}
    context = {
        **admin.site.each_context(request),
        "title": "Deliveries by push",
        "now": now,
        "asked": asked,
        "looked_at": looked_at,
        "lanes": lanes,
        "looks": LOOKS,
        "pushes": [_row(push, may_act) for push in pushes],
        "newest": urlencode(kept) if before is not None else None,
        "older": urlencode({**kept, "before": more}) if more is not None else None,
        "json": urlencode({**request.GET.dict(), "format": "json"}),
    }
    return TemplateResponse(request, "console/pushes.html", context)


def _row(push: Fact, may_act: bool) -> dict[str, Any]:
    return {
        **push,
        "drawn": _cells(push["cells"]),
        "others": push["recipients"] - len(push["cells"]),
        "acts": list(_acts(push["cells"])) if may_act else [],
    }


# Written here and not in the template: a page has thousands.
_CELL = (
    '<li><a class="cell cell-{state}" href="{base}{id}/change/" title="{told}"'
    ' aria-label="{told}">{letter}</a></li>'
)


def _cells(cells: list[Fact]) -> SafeString:
    base = reverse("admin:outbox_delivery_changelist")
    return format_html_join(
        "",
        _CELL,
        (
            {
                "state": cell["state"],
                "base": base,
                "id": cell["id"],
                "told": _told(cell),
                "letter": LOOKS[cell["state"]].letter,
            }
            for cell in cells
        ),
    )


def _told(cell: Fact) -> str:
    """What a cell says when it is pointed at, or read out."""
    who = cell["party"] or cell["platform"]
    where = "" if who == cell["platform"] else f" at {cell['platform']}"
    tries = "1 attempt" if cell["attempts"] == 1 else f"{cell['attempts']} attempts"
    parts = [f"{who}{where}: {LOOKS[cell['state']].words}", tries]
    if cell["http"] is not None or cell["code"] is not None:
        parts.append(f"HTTP {cell['http'] or NOTHING}, OCPI {cell['code'] or NOTHING}")
    if cell["due"] is not None:
        parts.append(f"due {shown(cell['due'])}")
    return "; ".join(parts + ([cell["reason"]] if cell["reason"] else []))


def _acts(cells: list[Fact]) -> Any:
    for state, name, words in ACTS:
        keys = [("id", cell["id"]) for cell in cells if cell["state"] == state]
        if keys:
            url = f"{reverse('admin:outbox_delivery_act', args=[name])}?{urlencode(keys)}"
            yield format_html('<a class="act" href="{}">{} {}</a>', url, words, len(keys))
