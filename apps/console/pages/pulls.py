"""What the hub pulls: each list with its rhythm and where it is now, and every pull there was."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.console import pull_facts
from apps.console.acts import Act, ActsAdmin
from apps.console.columns import moment, shown, table, to_list, to_row, wire
from apps.console.endless import EndlessAdmin, number
from apps.console.told_pages import Telling, each, each_at
from apps.sync import plan
from apps.sync.models import Pull, Source
from apps.traffic.models import Leg
from hub.policy.pulling import Kind
from hub.routing.network import Status

CAUSE = "operator"


def _asked_for(kind: Kind) -> Any:
    """The act that books a pull and lets the worker begin it."""

    def run(source: Source, reason: str, now: datetime) -> str:
        pull = plan.book(source, kind, CAUSE, now)
        plan.hurry(pull, now)
        return f"{pull} is booked; the worker begins within seconds."

    return run


def _why_not(source: Source) -> str:
    if not source.active:
        return "is switched off, or not offered"
    status = source.platform.status
    return "" if status == Status.CONNECTED else f"is of a platform that is {status}"


ACTS = (
    Act(
        "pull",
        "Pull now",
        "The hub asks for what has changed since the last pull. Kept objects are replaced by newer"
        " ones, never by older ones.",
        _asked_for(Kind.DELTA),
        _why_not,
    ),
    Act(
        "pull-all",
        "Pull everything",
        "The hub asks for the whole list. Kept objects that it does not have are marked, and become"
        " a finding when the next whole list does not have them either; nothing is deleted.",
        _asked_for(Kind.FULL),
        _why_not,
    ),
)


class SourceAdmin(ActsAdmin):
    """The lists, by platform; what is edited is the platform's switch, on its own page."""

    telling = Telling(each_at(lambda row, now: {"id": row.pk, **pull_facts.source(row, now)}))
    acts = ACTS
    saves = False
    empty_text = (
        "No lists. They appear when a platform has registered that offers lists the hub keeps."
    )
    list_display = ("__str__", "platform", "now", "next_delta", "next_full")
    list_filter = ("active", "module")
    search_fields = ("platform__name", "party")
    list_select_related = ("platform", "latest")
    fields = (
        "platform", "module", "party", "active", "now", "synced", "next_delta", "next_full",
        "missing", "pulls",
    )  # fmt: skip
    readonly_fields = fields
    next_delta = staticmethod(moment("delta_due_at", "next changes"))
    next_full = staticmethod(moment("full_due_at", "next whole list"))
    synced = staticmethod(moment("synced_from", "up to date as of"))

    @admin.display(description="now")
    def now(self, source: Source) -> SafeString:
        if not source.active:
            return format_html('<span class="absent">{}</span>', "switched off, or not offered")
        return state(source.latest)

    @admin.display(description="missing from the last whole list")
    def missing(self, source: Source) -> SafeString:
        marks = source.missing_set.order_by("key")[:100]
        rows = [(m.key, shown(m.since), shown(m.confirmed_at)) for m in marks]
        return table(("object", "since", "confirmed"), rows, "none")

    @admin.display(description="its pulls")
    def pulls(self, source: Source) -> SafeString:
        return to_list(Pull, "all of them", list=source.pk)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class PullAdmin(EndlessAdmin):
    """Every pull, the latest first; those of one list through the list's page."""

    telling = Telling(each(pull_facts.pull))
    narrowing: ClassVar[tuple[str, ...]] = ("list",)
    exact = ("correlation_id",)
    search_fields = exact
    search_help_text = "A whole correlation id."
    empty_text = "No pulls. There is one when a platform connects, and then by the rhythm."
    list_display = (
        "booked", "platform", "of_list", "kind", "cause", "now", "pages", "skipped", "missing",
    )  # fmt: skip
    list_display_links = ("booked",)
    list_select_related = ("source__platform",)
    fieldsets = (
        (None, {"fields": ("platform", "of_list", "kind", "cause", "now", "pages", "trace")}),
        (
            "Objects",
            {"fields": ("objects_kept", "created", "changed", "skipped", "missing", "total")},
        ),
        ("Time", {"fields": ("booked", "started", "ended", "asked_from", "took", "bytes")}),
        ("What was odd", {"fields": ("oddities",)}),
    )
    booked = staticmethod(moment("created_at", "booked"))
    started = staticmethod(moment("started_at", "started"))
    ended = staticmethod(moment("ended_at", "ended"))
    asked_from = staticmethod(moment("date_from", "date_from"))

    def narrowed(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        source = number(request, "list")
        rows = rows.defer("remarks")
        return rows if source is None else rows.filter(source_id=source)

    @admin.display(description="platform")
    def platform(self, pull: Pull) -> SafeString:
        return to_row(pull.source.platform)

    @admin.display(description="list")
    def of_list(self, pull: Pull) -> SafeString:
        return to_row(pull.source)

    @admin.display(description="state")
    def now(self, pull: Pull) -> SafeString:
        return state(pull)

    @admin.display(description="took")
    def took(self, pull: Pull) -> str:
        return f"{pull.seconds:.1f} s, waiting not counted"

    @admin.display(description="correlation id")
    def trace(self, pull: Pull) -> SafeString:
        """All its pages in the message log."""
        return to_list(Leg, pull.correlation_id, q=pull.correlation_id)

    @admin.display(description="remarks")
    def oddities(self, pull: Pull) -> SafeString:
        return wire(pull.remarks)


TONES = {Pull.State.DONE: "good", Pull.State.FAILED: "bad"}


def state(pull: Pull | None) -> SafeString:
    """Where a pull is, in words and a colour; a bar where it is under way and its end is known."""
    if pull is None:
        return format_html('<span class="absent">{}</span>', "not pulled yet")
    tone, words = TONES.get(Pull.State(pull.state), ""), pull_facts.told(pull, timezone.now())
    if pull.state != Pull.State.OPEN or not pull.total:
        return format_html('<span class="{}">{}</span>', tone, words)
    done = min(pull.total, pull.objects_kept + pull.skipped)
    return format_html('<progress max="{}" value="{}"></progress> {}', pull.total, done, words)
