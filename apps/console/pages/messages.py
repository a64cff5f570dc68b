"""The message log: what was asked and answered, leg by leg, and what the hub changed."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.console import comparing, kept_rows, message_facts, sending, spoken_in, twin
from apps.console.acts import Act, ActsAdmin
from apps.console.columns import NOTHING, moment, to_list, to_trace
from apps.console.endless import NEWEST_FIRST, EndlessAdmin, Order, number
from apps.console.log_list import BY_TIME, NARROWING, LogFilter, LogList
from apps.console.told_pages import Telling, each
from apps.parties.models import Platform
from apps.traffic.models import Direction, Leg

LONG = ("request_headers", "answer_headers", "request_body", "answer_body")
ROUTING = ("parties", "module", "interface", "about", "trace", "request_id", "parent", "came_back")


def _again(leg: Leg, reason: str, now: datetime) -> str:
    return sending.send_again(leg)


def _spoken(facts: dict[str, Any], side: str) -> str:
    leg = facts[side]
    version = facts["versions"].get(leg.pk) if leg is not None else ""
    return f"OCPI {version}" if version else ""


ACTS = (
    Act(
        "again",
        "Send again",
        "The hub asks the platform the same once more, with the token of today. Only requests that"
        " read are sent again. The answer is in the log, beside the first one.",
        _again,
        sending.why_not,
        asks_reason=True,
    ),
)


class LegAdmin(EndlessAdmin, ActsAdmin):
    """The newest first, narrowed by what has an index; one message beside its other leg."""

    telling = Telling(message_facts.listed, each(message_facts.alone))
    acts = ACTS
    saves = False
    filters = LogFilter
    narrowing = NARROWING
    exact = ("correlation_id", "request_id")
    search_fields = exact
    empty_text = (
        "No messages. They appear a moment after they pass, and stay for HUB_LOG_DAYS days."
    )
    change_list_template = "console/log_list.html"
    change_form_template = "console/message.html"
    list_display = ("time", "between", "version", "what", "parties", "result", "took", "chain")
    list_display_links = ("time",)
    fieldsets = (
        (None, {"fields": ("time", "between", "version", "what", "result", "took", "error")}),
        ("Routing", {"fields": ROUTING}),
    )
    time = staticmethod(moment("at", "time"))

    def beside(self, found: ChangeList) -> dict[str, Any]:
        assert isinstance(found, LogList)
        return {**super().beside(found), "looked_to": found.looked_to}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Leg]:
        one = Platform.objects.filter(pk=OuterRef("platform_id"))
        return (
            super()
            .get_queryset(request)
            .annotate(
                platform_name=Subquery(one.values("name")[:1]),
                platform_version=Subquery(one.values("version")[:1]),
            )
        )

    def get_changelist(self, request: HttpRequest, **_: Any) -> type[ChangeList]:
        return LogList

    def narrowed(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """All but what the list itself looks for (LogList): its ways, one by one."""
        rows = rows.defer(*LONG)
        return rows.none() if self.asked(request) is None else rows

    def order(self, request: HttpRequest) -> Order:
        return BY_TIME if not request.GET.get("q", "").strip() else NEWEST_FIRST

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """None in the list: a message is sent again from its own page, after a look at it."""
        return {}

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return ActsAdmin.has_change_permission(self, request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return flatten_fieldsets(self.get_fieldsets(request, obj))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied  # nothing of a message can be changed
        leg = self.get_object(request, object_id)
        if leg is None or not self.has_view_permission(request, leg):
            return super().change_view(request, object_id, form_url, extra_context)
        facts = message_facts.message(leg, number(request, "beside"))
        if twin.wanted(request):
            return twin.twin(message_facts.plain(facts))
        context = {
            "title": "Message",
            "facts": facts,
            "same": comparing.SAME,
            "left_version": _spoken(facts, "left"),
            "right_version": _spoken(facts, "right"),
            "again_url": self._delivery_again(request, facts),
            **(extra_context or {}),
        }
        return super().change_view(request, object_id, form_url, context)

    def _delivery_again(self, request: HttpRequest, facts: dict[str, Any]) -> str:
        """Where the delivery that this leg was an attempt of is sent again, if it may be."""
        if facts["delivery"] is None or not request.user.has_perm("outbox.change_delivery"):
            return ""
        base = reverse("admin:outbox_delivery_act", args=["again"])
        return f"{base}?id={facts['delivery']}"

    @admin.display(description="who called")
    def between(self, leg: Any) -> SafeString:
        name: str | SafeString = leg.platform_name or "somebody unknown"
        if leg.platform_name:
            name = to_list(Leg, leg.platform_name, platform=leg.platform_id)
        if leg.direction == Direction.IN:
            return format_html("{} → hub", name)
        return format_html("hub → {}", name)

    @admin.display(description="OCPI")
    def version(self, leg: Any) -> SafeString | str:
        """The version in which it was spoken, and how much was lost or assumed on it."""
        spoken = spoken_in.version_of(leg, leg.platform_version or "")
        number = len(spoken_in.notes(leg))
        if not number:
            return spoken or NOTHING
        return format_html(
            '<span class="together">{}, <span class="tone-refused">{} noted</span></span>',
            spoken,
            number,
        )

    @admin.display(description="request")
    def what(self, leg: Leg) -> SafeString:
        return format_html('<code class="path">{} {}</code>', leg.method, leg.path)

    @admin.display(description="from → to")
    def parties(self, leg: Leg) -> str:
        return f"{leg.from_party or NOTHING} → {leg.to_party or NOTHING}"

    @admin.display(description="HTTP / OCPI")
    def result(self, leg: Leg) -> SafeString:
        numbers = " / ".join(NOTHING if n is None else str(n) for n in (leg.http_status, leg.code))
        return format_html('<span class="tone-{}">{}</span>', leg.outcome, numbers)

    @admin.display(description="took")
    def took(self, leg: Leg) -> str:
        return f"{leg.milliseconds:.1f} ms"

    @admin.display(description="object")
    def about(self, leg: Leg) -> SafeString | str:
        """The kept object that it changed."""
        return kept_rows.to_named(leg.object) if leg.object else NOTHING

    @admin.display(description="correlation id")
    def trace(self, leg: Leg) -> SafeString | str:
        """Everything with the same correlation id."""
        return to_trace(leg.correlation_id, leg.correlation_id) if leg.correlation_id else NOTHING

    @admin.display(description="came back for")
    def came_back(self, leg: Leg) -> SafeString | str:
        """The message whose stand-in it was sent to."""
        return to_trace(leg.follows, leg.follows) if leg.follows else NOTHING

    @admin.display(description="trace")
    def chain(self, leg: Leg) -> SafeString | str:
        """The same, short enough for a list."""
        if not leg.correlation_id:
            return NOTHING
        return to_trace(leg.correlation_id, f"{leg.correlation_id[:5]}…")
