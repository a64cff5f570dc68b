"""Broadcast pushes and what became of each of them, per receiving party."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.console.columns import NOTHING, moment, to_list, wire
from apps.console.endless import EndlessAdmin, number
from apps.outbox.models import Delivery
from apps.parties.models import Platform
from apps.traffic.models import Leg


class DeliveryAdmin(EndlessAdmin):
    """The latest first, or those that one platform has yet to get."""

    narrowing = ("waiting_for",)
    exact = ("payload__correlation_id",)
    search_fields = exact
    search_help_text = "A whole correlation id."
    empty_text = "No deliveries. There is one for each party that a broadcast push goes out to."
    list_display = ("created", "to", "what", "state", "attempts", "result", "reason", "ended")
    list_display_links = ("created",)
    list_select_related = ("payload",)
    fieldsets = (
        (None, {"fields": ("created", "to", "what", "state", "reason", "result", "trace")}),
        ("Attempts", {"fields": ("attempts", "due", "ended")}),
        ("What is sent", {"fields": ("object", "body")}),
    )
    created = staticmethod(moment("created_at", "created"))
    due = staticmethod(moment("due_at", "next attempt due"))
    ended = staticmethod(moment("ended_at", "ended"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        named = Platform.objects.filter(pk=OuterRef("platform_id")).values("name")[:1]
        return super().get_queryset(request).annotate(platform_name=Subquery(named))

    def narrowed(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        platform = number(request, "waiting_for")
        rows = rows.defer("payload__body")
        if platform is None:
            return rows
        # As the condition of the index on waiting deliveries has it.
        return rows.filter(platform_id=platform, state=Delivery.State.WAITING)

    @admin.display(description="to")
    def to(self, delivery: Any) -> str:
        name = delivery.platform_name or "a platform that is gone"
        return name if name == delivery.party else f"{delivery.party} at {name}"

    @admin.display(description="push")
    def what(self, delivery: Delivery) -> SafeString:
        push = delivery.payload
        return format_html(
            '<code class="path">{} {}/{}</code>', push.method, push.module, push.tail
        )

    @admin.display(description="HTTP / OCPI")
    def result(self, delivery: Delivery) -> str:
        numbers = (delivery.http_status, delivery.code)
        return " / ".join(NOTHING if n is None else str(n) for n in numbers)

    @admin.display(description="correlation id")
    def trace(self, delivery: Delivery) -> SafeString:
        """All legs with the same correlation id."""
        return to_list(Leg, delivery.payload.correlation_id, q=delivery.payload.correlation_id)

    @admin.display(description="body")
    def body(self, delivery: Delivery) -> SafeString:
        return wire(bytes(delivery.payload.body).decode("utf-8", "replace"))
