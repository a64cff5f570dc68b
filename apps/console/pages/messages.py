"""The message log: what was asked and answered, leg by leg."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.console import kept_rows
from apps.console.columns import NOTHING, moment, outcome, to_list, wire
from apps.console.endless import EndlessAdmin, number
from apps.parties.models import Platform
from apps.traffic.models import Direction, Leg

LONG = ("request_headers", "answer_headers", "request_body", "answer_body")
ROUTING = ("parties", "module", "interface", "about", "trace", "request_id", "parent")
NOT_KEPT = (
    "nothing here: empty, the same bytes as on the other leg, or left out as HUB_LOG_BODIES says"
)


class LegAdmin(EndlessAdmin):
    """Found by exact id or by platform; everything else would read the whole log."""

    narrowing = ("platform",)
    exact = ("correlation_id", "request_id")
    search_fields = exact
    search_help_text = "A whole correlation id or request id."
    empty_text = (
        "No messages. They appear a moment after they pass, and stay for HUB_LOG_DAYS days."
    )
    list_display = ("time", "between", "what", "parties", "result", "took", "chain")
    list_display_links = ("time",)
    fieldsets = (
        (None, {"fields": ("time", "between", "what", "result", "took", "error")}),
        (
            "Routing",
            {"fields": ROUTING},
        ),
        ("Request", {"fields": ("asked_headers", "asked_body", "request_bytes")}),
        ("Answer", {"fields": ("answered_headers", "answered_body", "answer_bytes")}),
    )
    time = staticmethod(moment("at", "time"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Leg]:
        named = Platform.objects.filter(pk=OuterRef("platform_id")).values("name")[:1]
        return super().get_queryset(request).annotate(platform_name=Subquery(named))

    def narrowed(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        platform = number(request, "platform")
        rows = rows.defer(*LONG)
        return rows if platform is None else rows.filter(platform_id=platform)

    @admin.display(description="who called")
    def between(self, leg: Any) -> SafeString:
        name: str | SafeString = leg.platform_name or "somebody unknown"
        if leg.platform_name:
            name = to_list(Leg, leg.platform_name, platform=leg.platform_id)
        if leg.direction == Direction.IN:
            return format_html("{} → hub", name)
        return format_html("hub → {}", name)

    @admin.display(description="request")
    def what(self, leg: Leg) -> SafeString:
        return format_html('<code class="path">{} {}</code>', leg.method, leg.path)

    @admin.display(description="from → to")
    def parties(self, leg: Leg) -> str:
        return f"{leg.from_party or NOTHING} → {leg.to_party or NOTHING}"

    @admin.display(description="HTTP / OCPI")
    def result(self, leg: Leg) -> SafeString:
        return outcome(leg.http_status, leg.code)

    @admin.display(description="took")
    def took(self, leg: Leg) -> str:
        return f"{leg.milliseconds:.1f} ms"

    @admin.display(description="object")
    def about(self, leg: Leg) -> SafeString | str:
        """The kept object that it changed."""
        return kept_rows.to_named(leg.object) if leg.object else NOTHING

    @admin.display(description="correlation id")
    def trace(self, leg: Leg) -> SafeString | str:
        """All legs with the same correlation id."""
        if not leg.correlation_id:
            return NOTHING
        return to_list(Leg, leg.correlation_id, q=leg.correlation_id)

    @admin.display(description="correlation")
    def chain(self, leg: Leg) -> SafeString | str:
        """The same, short enough for a list."""
        if not leg.correlation_id:
            return NOTHING
        return to_list(Leg, f"{leg.correlation_id[:8]}…", q=leg.correlation_id)

    @admin.display(description="headers")
    def asked_headers(self, leg: Leg) -> SafeString:
        return wire(leg.request_headers)

    @admin.display(description="body")
    def asked_body(self, leg: Leg) -> SafeString:
        return wire(leg.request_body, NOT_KEPT)

    @admin.display(description="headers")
    def answered_headers(self, leg: Leg) -> SafeString:
        return wire(leg.answer_headers)

    @admin.display(description="body")
    def answered_body(self, leg: Leg) -> SafeString:
        return wire(leg.answer_body, NOT_KEPT)
