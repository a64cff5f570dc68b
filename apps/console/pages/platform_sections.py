"""Sections of a platform's page beside those of its row: what waits, what was refused, what it has
agreed on, and what was done to it. Laid out from apps/console/platform_facts.py.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.console import amounts, platform_facts, refusals
from apps.console.columns import NOTHING, outcome, shown, table, to_list
from apps.outbox.models import Delivery
from apps.parties.models import Platform
from apps.store.models import Finding
from apps.traffic.models import Leg

BAR = '<p class="under-way"><progress max="{}" value="{}"></progress> {}</p>'


def _to(model: str, key: int, text: object) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse(f"admin:{model}_change", args=[key]), text)


@admin.display(description="lane")
def lane(row: Platform) -> SafeString:
    now = timezone.now()
    found = platform_facts.lane(row, now)
    number = f"{amounts.thousands(found['waiting'])}{' and more' if found['or_more'] else ''}"
    oldest = found["oldest"]
    state = "goes out"
    if found["rests_until"]:
        state = f"rests until {shown(found['rests_until'])}: {found['rests_reason']}"
    if found["paused_since"]:
        state = (
            f"paused since {shown(found['paused_since'])}: {found['paused_reason'] or 'no reason'}"
        )
    cells = (
        to_list(Delivery, number, waiting_for=row.pk),
        amounts.lasting((now - oldest).total_seconds()) if oldest else NOTHING,
        state,
    )
    told = table(("deliveries waiting", "the oldest for", "lane"), [cells], NOTHING)
    work = ((each["of"], each["done"], _how_far(each)) for each in found["under_way"])
    bars = format_html_join("", BAR, work)
    return format_html("{}{}", told, bars)


def _how_far(work: dict[str, Any]) -> str:
    done, of = (amounts.thousands(work[name]) for name in ("done", "of"))
    return f"{work['what']}: {done} gone out, of {of} booked so far"


@admin.display(description="agreements of its parties")
def agreements(row: Platform) -> SafeString:
    rows = [
        (
            _to("parties_agreement", each["id"], f"{each['one']} and {each['other']}"),
            ", ".join(each["modules"]) or "all but custom ones",
            each["state"],
            each["now"],
        )
        for each in platform_facts.agreements(row, timezone.now())
    ]
    return table(("agreement", "modules", "state", "now"), rows, "none")


@admin.display(description="pulled lists")
def pulls(row: Platform) -> SafeString:
    rows = [
        (
            _to("sync_source", each["id"], f"{each['module']} of {each['party']}"),
            each["now"] if each["active"] else "switched off, or not offered",
            shown(each["synced_from"]),
            shown(each["next_delta"]),
        )
        for each in platform_facts.pulls(row, timezone.now())
    ]
    return table(("list", "now", "up to date as of", "next changes"), rows, "none")


@admin.display(description="findings by code")
def findings(row: Platform) -> SafeString:
    found = platform_facts.findings(row)
    rows = [
        (
            to_list(Finding, each["code"], platform=row.pk, code=each["code"]),
            each["severity"],
            each["number"],
        )
        for each in found["codes"]
    ]
    shown_rows = table(("code", "severity", "objects"), rows, "none")
    if not found["or_more"]:
        return shown_rows
    most = platform_facts.MOST_FINDINGS
    return format_html('{}<p class="absent">Of its newest {} only.</p>', shown_rows, most)


@admin.display(description="last refusals and failures")
def refused(row: Platform) -> SafeString:
    found = refusals.of_platform(row.pk)
    return refusal_table(found)


def refusal_table(found: dict[str, Any]) -> SafeString:
    """Refusals with links to their messages, and how far was looked."""
    rows = [
        (
            _to("traffic_leg", each["id"], shown(each["at"])),
            format_html('<code class="path">{} {}</code>', each["method"], each["path"]),
            f"{each['from'] or NOTHING} → {each['to'] or NOTHING}",
            outcome(each["http_status"], each["code"]),
            each["reason"] or NOTHING,
        )
        for each in found["rows"]
    ]
    headings = ("when", "message", "from → to", "HTTP / OCPI", "why")
    if found["looked_to"] is None:
        return table(headings, rows, "none in the message log")
    until = shown(found["looked_to"])
    text = format_html('<p class="absent">Looked back to {}.</p>', until)
    return format_html("{}{}", table(headings, rows, "none lately"), text)


@admin.display(description="the hub's endpoints, as it sees them")
def offered(row: Platform) -> SafeString:
    rows = [
        (
            each["version"],
            each["identifier"],
            each["role"] or NOTHING,
            format_html("<code>{}</code>", each["url"]),
        )
        for each in platform_facts.offered(row)
    ]
    return table(("version", "module", "interface", "URL"), rows, "none")


@admin.display(description="lost in its version")
def losses(row: Platform) -> SafeString:
    found = platform_facts.losses(row)
    rows = [
        (
            to_list(Leg, each["field"], platform=row.pk, module=each["module"], lost=each["field"]),
            each["module"],
            f"{each['source']} → {each['target']}",
            each["what"],
            each["why"],
            each["times"],
            shown(each["last"]),
        )
        for each in found["rows"]
    ]
    headings = ("field", "module", "versions", "what", "why", "times", "last")
    lost = table(headings, rows, "nothing so far")
    if not rows:
        return lost
    url = f"{reverse('console:conversions')}?{urlencode({'platform': row.pk})}"
    more = f"All, with {found['more']} more" if found["more"] else "All"
    return format_html('{}<p><a href="{}">{}</a></p>', lost, url, more)


@admin.display(description="limits")
def limits(row: Platform) -> SafeString:
    rows = [
        (name.replace("_", " "), "no limit" if value is None else value)
        for name, value in platform_facts.limits(row).items()
    ]
    return table(("limit", "at most"), rows, "none")


@admin.display(description="learned habits")
def habits(row: Platform) -> SafeString:
    rows = [(h["habit"], h["then"] or NOTHING, h["seen"]) for h in platform_facts.habits(row)]
    return table(
        ("habit", "what the hub makes of it", "last seen"),
        rows,
        "none: its messages are as the specification has them",
    )


@admin.display(description="what operators did")
def acts(row: Platform) -> SafeString:
    rows = [
        (_to("audit_entry", e["id"], shown(e["at"])), e["who"], e["via"], e["act"], e["reason"])
        for e in platform_facts.acts(row)
    ]
    return table(("when", "who", "by", "what", "why"), rows, "nothing yet")


# Field of the page, and the part of the facts whose permission it needs.
FIELDS: dict[str, tuple[str, Callable[[Platform], SafeString]]] = {
    "lane": ("lane", lane),
    "agreements": ("agreements", agreements),
    "pulls": ("pulls", pulls),
    "findings": ("findings", findings),
    "refused": ("refusals", refused),
    "offered": ("offered", offered),
    "limits": ("limits", limits),
    "losses": ("losses", losses),
    "acts_table": ("acts", acts),
}


def visible(fields: tuple[str, ...], user: Any) -> tuple[str, ...]:
    """Of a page's fields those that a user may see."""
    return tuple(
        name
        for name in fields
        if name not in FIELDS or user.has_perm(platform_facts.PARTS[FIELDS[name][0]][0])
    )
