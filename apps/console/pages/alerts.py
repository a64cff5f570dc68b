"""What needs a person: open alerts first, each with what to do and who was told."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.alerts.channels import configured
from apps.alerts.models import Alert, Notice
from apps.console import alert_facts
from apps.console.columns import NOTHING, moment, shown, table
from apps.console.told_pages import Telling, ToldAdmin, each

LEVELS = {Notice.State.SENT: messages.SUCCESS}


class AlertAdmin(ToldAdmin):
    """For looking only: an alert ends when what it is about has ended."""

    telling = Telling(each(alert_facts.alert))
    change_form_template = "console/read_only.html"
    empty_text = "No alerts. There is one when something has needed a person for a minute."
    list_display = ("kind", "about", "text", "now", "since_when", "told")
    list_filter = ("kind",)
    list_per_page = 100
    sortable_by = ()
    actions = None
    fields = ("kind", "about", "text", "advice", "page", "now", "since_when", "ended", "notices")
    readonly_fields = fields
    since_when = staticmethod(moment("since", "since"))
    ended = staticmethod(moment("ended_at", "over since"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Alert]:
        return alert_facts.raised(super().get_queryset(request))

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        return alert_facts.OPEN_FIRST

    @admin.display(description="state")
    def now(self, alert: Alert) -> SafeString:
        word, tone = ("open", "bad") if alert.ended_at is None else ("over", "good")
        return format_html('<span class="{}">{}</span>', tone, word)

    @admin.display(description="told by")
    def told(self, alert: Alert) -> str:
        sent = {n.channel for n in alert.notices.all() if n.state == Notice.State.SENT}
        return ", ".join(sorted(sent)) or NOTHING

    @admin.display(description="what to do")
    def advice(self, alert: Alert) -> str:
        return alert_facts.advice(alert)

    @admin.display(description="look at")
    def page(self, alert: Alert) -> SafeString:
        return format_html('<a href="{}">{}</a>', alert.path, alert.about)

    @admin.display(description="notices")
    def notices(self, alert: Alert) -> SafeString:
        rows = [
            (n.event, n.channel, n.state, n.attempts, n.answer, shown(n.ended_at or n.booked_at))
            for n in alert.notices.order_by("pk")
        ]
        return table(("what", "by", "state", "attempts", "answer", "when"), rows, "none")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.test_view)
        return [path("test/", view, name="alerts_alert_test"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"may_test": _may_test(request), **(extra_context or {})}
        return super().changelist_view(request, context)

    def test_view(self, request: HttpRequest) -> HttpResponse:
        """Asks, and when it is confirmed, sends a test by every channel and tells what came."""
        if not _may_test(request):
            raise PermissionDenied
        if request.method == "POST":
            for notice in alert_facts.tested(timezone.now()):
                level = LEVELS.get(Notice.State(notice.state), messages.ERROR)
                text = f"{notice.channel}: {notice.answer or 'is being sent by a worker'}."
                messages.add_message(request, level, text)
            return HttpResponseRedirect(reverse("admin:alerts_alert_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": "Send a test alert",
            "opts": self.opts,
            "channels": configured(),
        }
        return TemplateResponse(request, "console/test_alert.html", context)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def _may_test(request: HttpRequest) -> bool:
    return request.user.has_perm("alerts.change_alert")
