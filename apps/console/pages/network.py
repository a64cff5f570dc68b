"""The network page: who is connected, drawn with the hub in the middle, and as a table."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.console import amounts, network_drawing, twin
from apps.console.columns import NOTHING, shown
from apps.console.network_facts import SORTS, Member, Narrowing, chosen, members
from hub.ocpi.module import Role
from hub.routing.network import Status

NEEDED = ("parties.view_platform", "traffic.view_leg")
HEADINGS = (
    ("name", "Platform"),
    ("status", "Status"),
    ("side", "Roles"),
    ("version", "OCPI"),
    ("messages", "Messages, last hour"),
    ("share", "Share ok"),
    ("waiting", "Deliveries waiting"),
    ("seen", "Last seen (UTC)"),
)
# What one wants to see first is the most of it.
MOST_FIRST = frozenset({"messages", "waiting", "seen"})


class NarrowingForm(forms.Form):
    """What the page is narrowed by. A value that is none of the choices is as good as empty."""

    q = forms.CharField(label="Name or party", required=False, max_length=100)
    status = forms.ChoiceField(
        required=False, choices=[("", "any"), *((each.value, each.value) for each in Status)]
    )
    role = forms.ChoiceField(
        required=False, choices=[("", "any"), *((each.value, each.value) for each in Role)]
    )


def page(request: HttpRequest) -> HttpResponse:
    """`?q=`, `?status=` and `?role=` narrow it, `?sort=` is one of SORTS, with a minus from the
    other end."""
    if not request.user.has_perms(NEEDED):
        raise PermissionDenied
    form = NarrowingForm(request.GET)
    form.is_valid()
    given = {name: form.cleaned_data.get(name, "") for name in form.fields}
    sort = request.GET.get("sort", "")
    now = timezone.now()
    everybody = members(now)
    rows = chosen(everybody, Narrowing(given["q"], given["status"], given["role"]), sort)
    if twin.wanted(request):
        return twin.twin({"now": now, "platforms": [member.fact() for member in rows]})
    narrowed = any(given.values())
    drawn = sorted(rows, key=SORTS["name"])
    context = {
        **admin.site.each_context(request),
        "title": "Network",
        "now": now,
        "form": form,
        "narrowed": narrowed,
        "everybody": len(everybody),
        "most": network_drawing.MOST,
        "members": rows,
        "rows": _rows(rows, request.user.has_perm("outbox.view_delivery")),
        "picture": network_drawing.draw(drawn) if len(rows) <= network_drawing.MOST else None,
        "headings": [_heading(key, title, sort, given) for key, title in HEADINGS],
        "statuses": [status.value for status in Status],
        "may_invite": request.user.has_perm("parties.add_platform"),
        "json": urlencode({**request.GET.dict(), "format": "json"}),
    }
    return TemplateResponse(request, "console/network.html", context)


# Written here and not in the template, which would take a tenth of a second for 500 rows.
_ROW = (
    '<tr><th scope="row"><a href="{platforms}{id}/change/">{name}</a>'
    '<span class="parties">{parties}</span></th>'
    '<td><span class="status status-{status}">{status}</span></td><td>{roles}</td>'
    "<td>{version}</td>"
    '<td class="number"><a href="{log}?platform={id}">{messages}</a></td>'
    '<td class="number tone-{tone}">{share}</td><td class="number">{waiting}</td>'
    '<td class="together">{seen}</td></tr>'
)


def _rows(members: Sequence[Member], may_deliveries: bool) -> SafeString:
    """The table, without its headings."""
    platforms = reverse("admin:parties_platform_changelist")
    log = reverse("admin:traffic_leg_changelist")
    deliveries = reverse("admin:outbox_delivery_changelist")

    def waiting(member: Member) -> str:
        number = amounts.thousands(member.waiting)
        if not (member.waiting and may_deliveries):
            return number
        return format_html('<a href="{}?waiting_for={}">{}</a>', deliveries, member.id, number)

    return format_html_join(
        "\n",
        _ROW,
        (
            {
                "platforms": platforms,
                "log": log,
                "id": member.id,
                "name": member.name,
                "parties": ", ".join(member.parties) or "no party yet",
                "status": member.status,
                "roles": ", ".join(member.roles) or NOTHING,
                "version": member.version or NOTHING,
                "messages": amounts.thousands(member.passed.all),
                "tone": amounts.tone(member.passed.share_ok),
                "share": amounts.share(member.passed.share_ok),
                "waiting": waiting(member),
                "seen": shown(member.last_seen),
            }
            for member in members
        ),
    )


def _heading(key: str, title: str, sort: str, given: dict[str, str]) -> dict[str, Any]:
    """A heading: how the table is sorted by it, and the query that sorts by it the other way."""
    order = {key: "ascending", f"-{key}": "descending"}.get(sort, "")
    first, second = (f"-{key}", key) if key in MOST_FIRST else (key, f"-{key}")
    query = {name: value for name, value in given.items() if value}
    query["sort"] = second if sort == first else first
    return {"title": title, "order": order, "query": urlencode(query)}
