"""Broadcast pushes and what became of each of them, per receiving party."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.console import delivery_facts
from apps.console.acts import Act, ActsAdmin
from apps.console.columns import NOTHING, moment, shown, table, to_trace, wire_json
from apps.console.endless import EndlessAdmin, number
from apps.console.told_pages import Telling
from apps.outbox import by_hand
from apps.outbox.models import Delivery
from apps.parties.models import Platform


def _send_again(delivery: Delivery, reason: str, now: datetime) -> str:
    if not by_hand.send_again([delivery.pk], now):
        return f"{delivery}: something later went out meanwhile, so this was not sent again."
    return f"{delivery}: waits to be sent again."


def _why_not_again(delivery: Delivery) -> str:
    if delivery.state != Delivery.State.DROPPED:
        return f"is {delivery.state}"
    if by_hand.repeatable(Delivery.objects.filter(pk=delivery.pk)).exists():
        return ""
    return "may not be sent again: a later push of the object was booked, or its content is gone"


def _give_up(delivery: Delivery, reason: str, now: datetime) -> str:
    if not by_hand.give_up([delivery.pk], now):
        return f"{delivery}: did not wait any more."
    return f"{delivery}: is given up and will not be sent."


def _why_not_give_up(delivery: Delivery) -> str:
    return "" if delivery.state == Delivery.State.WAITING else f"is {delivery.state}"


ACTS = (
    Act(
        "again",
        "Send again",
        "The party gets this push once more. It is not possible when a later push of the same"
        " object was booked for it: nothing older goes out over something newer.",
        _send_again,
        _why_not_again,
        asks_reason=True,
    ),
    Act(
        "give-up",
        "Give up",
        "The party does not get this push. It finds the present state of the object at the hub.",
        _give_up,
        _why_not_give_up,
        asks_reason=True,
    ),
)


class DeliveryAdmin(EndlessAdmin, ActsAdmin):
    """The latest first, or those that one platform has yet to get. Acts are done to them; nothing
    of them can be edited."""

    telling = Telling(lambda rows, now: delivery_facts.deliveries(rows), delivery_facts.alone)
    acts = ACTS
    saves = False
    change_form_template = "console/acts_form.html"
    narrowing = ("waiting_for",)
    exact = ("payload__correlation_id",)
    search_fields = exact
    search_help_text = "A whole correlation id."
    empty_text = "No deliveries. There is one for each party that a broadcast push goes out to."
    list_display = ("created", "to", "what", "state", "attempts", "result", "reason", "ended")
    list_display_links = ("created",)
    list_select_related = ("payload",)
    fieldsets = (
        (None, {"fields": ("created", "to", "what", "said", "state", "reason", "result", "trace")}),
        ("Attempts", {"fields": ("attempts", "due", "ended")}),
        ("What is sent", {"fields": ("object", "body")}),
    )
    created = staticmethod(moment("created_at", "created"))
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

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return ActsAdmin.has_change_permission(self, request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return flatten_fieldsets(self.get_fieldsets(request, obj))

    @admin.display(description="to")
    def to(self, delivery: Any) -> str:
        name = delivery.platform_name or "a platform that is gone"
        return name if delivery.party in ("", name) else f"{delivery.party} at {name}"

    @admin.display(description="next attempt due")
    def due(self, delivery: Delivery) -> str:
        return shown(delivery.due_at if delivery.ended_at is None else None)

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
        """Everything with the same correlation id."""
        return to_trace(delivery.payload.correlation_id, delivery.payload.correlation_id)

    @admin.display(description="version")
    def said(self, delivery: Delivery) -> SafeString | str:
        """In which version it came, in which it was told, and what that lost."""
        last = delivery_facts.last_attempt(delivery)
        came, told = delivery.payload.version, last["told_in"]
        if not told:
            return f"came in OCPI {came}; not sent" if came else NOTHING
        if told == came:
            return f"OCPI {came}, as it came"
        rows = [
            (format_html("<code>{}</code>", each["path"]), each["what"], each["why"])
            for each in last["notes"]
        ]
        head = f"came in OCPI {came}, " if came else ""
        lost = table(("field", "what", "why"), rows, "nothing was lost")
        return format_html("{}said in OCPI {}: {}", head, told, lost)

    @admin.display(description="body")
    def body(self, delivery: Delivery) -> SafeString:
        return wire_json(bytes(delivery.payload.body).decode("utf-8", "replace"))
