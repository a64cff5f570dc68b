"""What the page of a kept object tells besides the object: its copies, findings, history, and who
was sent it. Each is one look-up through an index, however much is kept.
"""

from datetime import datetime
from operator import itemgetter
from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.console import kept_rows, version_facts
from apps.console.columns import NOTHING, outcome, shown, table, to_list, to_row
from apps.console.pages import object_version
from apps.outbox.models import Delivery
from apps.parties.models import Platform
from apps.store.models import CustomObject, Finding, PastChange
from apps.store.objects import StoredObject
from apps.sync.models import Pull
from apps.traffic.models import Leg

MOST_FINDINGS = 200
MOST_LEGS = 50
MOST_DELIVERIES = 20
MOST_COPIES = 100
LONG = ("request_headers", "answer_headers", "request_body", "answer_body")

Origin = StoredObject.Origin
Cells = tuple[SafeString | str, ...]


@admin.display(description="other copies")
def copies(row: StoredObject) -> SafeString:
    """The same object as others may see it."""
    same: QuerySet[Any] = type(row)._default_manager.filter(owner=row.owner, key=row.key)
    if isinstance(row, CustomObject):
        same = same.filter(module=row.module)
    others = same.exclude(pk=row.pk).defer("payload").order_by("audience")[:MOST_COPIES]
    rows = [(to_row(other, other.audience or "everyone"), at(other.changed_at)) for other in others]
    return table(("kept for", "changed here"), rows, "none")


@admin.display(description="came by")
def came(row: StoredObject | PastChange) -> SafeString | str:
    """The push, pull or import that changed it last, or then."""
    if row.origin == Origin.PUSH and row.cause:
        return format_html("push, {}", to_trace(row.cause, f"correlation id {row.cause}"))
    if row.origin == Origin.PULL:
        number = row.cause.removeprefix("pull ")
        pull = Pull.objects.filter(pk=number).first() if number.isdigit() else None
        return to_row(pull, row.cause) if pull is not None else row.cause or Origin.PULL.value
    return row.cause or row.origin


@admin.display(description="platform")
def platform(row: StoredObject) -> SafeString | str:
    return _platform(row.pushed_by)


def _platform(number: int | None) -> SafeString | str:
    if number is None:
        return NOTHING
    found = Platform.objects.filter(pk=number).first()
    return to_row(found) if found is not None else "a platform that is gone"


@admin.display(description="findings")
def remarks(row: StoredObject) -> SafeString:
    found = Finding.objects.filter(
        module=kept_rows.module_id(row), owner=row.owner, key=row.key, audience=row.audience
    ).order_by("path", "code")[:MOST_FINDINGS]
    rows = [
        (
            remark(each),
            to_row(each, each.code),
            severity(each),
            at(each.first_seen),
            at(each.last_seen),
            each.times,
        )
        for each in found
    ]
    headings = ("where and what", "code", "severity", "first seen", "last seen", "times")
    return table(headings, rows, "none")


@admin.display(description="as it is told")
def versions(row: StoredObject) -> SafeString:
    """What becomes of it in each version, each leading to the whole of it."""
    rows = [
        (
            format_html(
                '<a href="{}">{}</a>', object_version.url_of(row, fact["version"]), fact["version"]
            ),
            version_facts.in_words(fact),
            _refused(fact["refusal"]),
        )
        for fact in version_facts.in_versions(row, timezone.now())
    ]
    return table(("version", "what becomes of it", "why"), rows, NOTHING)


def _refused(refusal: dict[str, Any] | None) -> SafeString | str:
    if refusal is None:
        return NOTHING
    return format_html('<code class="path">{}</code> {}', refusal["path"], refusal["why"])


@admin.display(description="changes")
def history(row: StoredObject) -> SafeString:
    """What changed it, the newest first, as far back as the message log reaches: pushes with their
    messages, and pulls and imports."""
    moments = [(leg.at, _pushed(leg)) for leg in _legs(row)]
    moments += [(past.at, _brought(past, past.at, past.platform)) for past in _past(row)]
    if row.origin != Origin.PUSH:
        moments.append((row.changed_at, _brought(row, row.changed_at, row.pushed_by)))
    moments.sort(key=itemgetter(0), reverse=True)
    headings = ("when", "change", "from → to", "HTTP / OCPI", "took", "trace")
    return table(headings, [cells for _, cells in moments], "none on record")


def _pushed(leg: Leg) -> Cells:
    return (
        to_row(leg, at(leg.at)),
        format_html('<code class="path">{} {}</code>', leg.method, leg.path),
        together(f"{leg.from_party or NOTHING} → {leg.to_party or NOTHING}"),
        together(outcome(leg.http_status, leg.code)),
        together(f"{leg.milliseconds:.1f} ms"),
        to_trace(leg.correlation_id, together("all legs")) if leg.correlation_id else NOTHING,
    )


def _brought(row: StoredObject | PastChange, when: datetime, source: int | None) -> Cells:
    return (at(when), came(row), _platform(source), NOTHING, NOTHING, NOTHING)


@admin.display(description="deliveries")
def receivers(row: StoredObject) -> SafeString:
    """Deliveries of its broadcast pushes: found by the pushes, not by the object, whose name has no
    index there."""
    pushes = {row.cause, *(leg.correlation_id for leg in _legs(row))} - {""}
    # Adding 0 keeps PostgreSQL from walking through all deliveries in the order of their key.
    found = (
        Delivery.objects.filter(payload__correlation_id__in=pushes, object=kept_rows.name(row))
        .select_related("payload")
        .defer("payload__body")
        .order_by((F("pk") + 0).desc())[:MOST_DELIVERIES]
    )
    rows = [
        (
            to_row(each, at(each.created_at)),
            each.party,
            each.payload.method,
            each.state if not each.reason else f"{each.state}: {each.reason}",
            each.attempts,
            at(each.ended_at),
        )
        for each in found
    ]
    headings = ("when", "party", "push", "state", "attempts", "ended")
    return table(headings, rows, "nobody, by a broadcast that is still on record")


@admin.display(description="where and what")
def remark(finding: Finding) -> SafeString:
    return format_html(
        '<div class="remark"><code class="path">{}</code><br>{}</div>',
        finding.path,
        finding.message,
    )


@admin.display(description="severity")
def severity(finding: Finding) -> SafeString:
    tone = {"error": "bad", "warning": ""}.get(finding.severity, "absent")
    return format_html('<span class="{}">{}</span>', tone, finding.severity)


def together(text: object) -> SafeString:
    """Text that stays in one line."""
    return format_html('<span class="together">{}</span>', text)


def at(moment: datetime | None) -> SafeString:
    return together(shown(moment))


def to_trace(correlation_id: str, text: object) -> SafeString:
    """A link to all legs of a message."""
    return to_list(Leg, text, q=correlation_id)


def _past(row: StoredObject) -> QuerySet[PastChange]:
    found = PastChange.objects.filter(
        module=kept_rows.module_id(row), owner=row.owner, key=row.key, audience=row.audience
    )
    return found.order_by("-pk")[:MOST_LEGS]


def _legs(row: StoredObject) -> list[Leg]:
    found = Leg.objects.filter(object=kept_rows.name(row)).defer(*LONG).order_by("-pk")
    return list(found[:MOST_LEGS])
