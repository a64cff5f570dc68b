"""What an operator does to rows of a list: asked first, done row by row, each result told.

An act appears in the list's menu and as a button on the row's page; both lead to one page that
says what will happen. Only users who may change the rows see or reach any of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from apps.audit import fields
from apps.console.audited import AuditedAdmin, now_is, tell
from apps.console.expected import EXPECTED, explained
from apps.console.invitation_text import letter
from apps.credentials.invitations import Invitation
from apps.operators.one_time import Given
from apps.parties.platforms import named

MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do.

    Attributes:
        name: its word in URLs.
        label: its word on buttons.
        warning: what will happen, for the page that asks.
        run: does it to a row, with the reason given, and says what came of it. What it returns as
            an Invitation, or as a password that was Given, is shown once. May raise what `expected`
            lists.
        fits: why a row cannot have it done; empty when it can.
        asks_reason: whether the page has a field for it.
        needs_reason: whether it is not done without.
    """

    name: str
    label: str
    warning: str
    run: Callable[[Any, str, datetime], str | Invitation | Given]
    fits: Callable[[Any], str]
    asks_reason: bool = False
    needs_reason: bool = False


class ActsAdmin(AuditedAdmin):
    """Base of the admin of rows that acts are done to."""

    acts: ClassVar[tuple[Act, ...]] = ()
    saves: ClassVar[bool] = True  # whether a row has fields that can be edited and saved
    change_form_template = "console/acts_form.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.act_view)
        return [path("act/<slug:name>/", view, name=self._url_name), *super().get_urls()]

    def forbids(self, user: Any, row: Any, *, by_script: bool = False) -> str:
        """Why a user who may change such rows may not act on this one; empty when he may."""
        return ""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """The acts, and none of Django's own: deleting many platforms at once is no daily work."""
        if not self.has_change_permission(request):
            return {}
        return {act.name: (_asking(act), act.name, act.label) for act in self.acts}

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        buttons = []
        may = row is not None and self.has_change_permission(request, row)
        if may and not self.forbids(request.user, row):
            buttons = [
                (act.label, self.act_url(act, [row.pk])) for act in self.acts if not act.fits(row)
            ]
        context = {
            "buttons": buttons,
            "show_save": self.saves,
            "show_save_and_continue": self.saves,
            "show_save_and_add_another": False,
            **(extra_context or {}),
        }
        return super().change_view(request, object_id, form_url, context)

    def act_url(self, act: Act, keys: Sequence[object]) -> str:
        """The page that asks whether to do it."""
        query = urlencode([("id", key) for key in keys])
        return f"{reverse(f'admin:{self._url_name}', args=[act.name])}?{query}"

    def act_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """Asks, and when it is confirmed, does it."""
        act = next((act for act in self.acts if act.name == name), None)
        if act is None:
            raise Http404
        if not self.has_change_permission(request):
            raise PermissionDenied
        rows = [
            (row, self.forbids(request.user, row) or act.fits(row)) for row in self._rows(request)
        ]
        fitting = [row for row, why in rows if not why]
        missing = act.needs_reason and not _reason(request)
        if request.method == "POST" and not missing:
            return self._done(request, act, fitting)
        context = {
            **self.admin_site.each_context(request),
            "title": act.label,
            "opts": self.opts,
            "act": act,
            "fitting": fitting,
            "others": [each for each in rows if each[1]],
            "missing": missing and request.method == "POST",
            "back": self._back([row for row, _ in rows]),
        }
        return TemplateResponse(request, "console/act.html", context)

    def show_invitations(
        self, request: HttpRequest, invitations: Sequence[Invitation]
    ) -> HttpResponse:
        """The only page that ever shows a token, and only this once."""
        context = {
            **self.admin_site.each_context(request),
            "title": "Hand this to the partner",
            "opts": self.opts,
            "invitations": [
                {
                    "made": made,
                    "onboarding": reverse("console:onboarding", args=[named(made.platform).pk]),
                    "letter": letter(made.platform, made.versions_url, made.expires),
                    "letter_with_token": letter(
                        made.platform,
                        made.versions_url,
                        made.expires,
                        made.token_a,
                        made.token_a_base64,
                    ),
                }
                for made in invitations
            ],
        }
        return TemplateResponse(request, "console/invitation.html", context)

    def _done(self, request: HttpRequest, act: Act, rows: Sequence[Model]) -> HttpResponse:
        reason = _reason(request)
        invitations, passwords = [], []
        for row in rows:
            before = fields.values(row)
            try:
                result = act.run(row, reason, timezone.now())
            except EXPECTED as error:
                messages.error(request, f"{row}: {explained(error)}")
                continue
            tell(request, act.label, row, before, now_is(row), reason)
            said = f"{act.label}: {reason}" if reason else act.label
            if fields.subject(row) == str(row):  # Django's own history is kept for ever, too
                super(AuditedAdmin, self).log_change(request, row, said)
            if isinstance(result, Invitation):
                invitations.append(result)
            elif isinstance(result, Given):
                passwords.append(result)
            else:
                messages.success(request, result)
        if invitations:
            return self.show_invitations(request, invitations)
        if passwords:
            return self._show_passwords(request, passwords)
        return HttpResponseRedirect(self._back(rows))

    def _show_passwords(self, request: HttpRequest, passwords: Sequence[Given]) -> HttpResponse:
        """The only page that ever shows them, and only this once."""
        context = {
            **self.admin_site.each_context(request),
            "title": "One-time password",
            "opts": self.opts,
            "passwords": passwords,
        }
        return TemplateResponse(request, "console/one_time_password.html", context)

    def _rows(self, request: HttpRequest) -> list[Any]:
        keys = [key for key in request.GET.getlist("id") if key.isascii() and key.isdigit()]
        rows: QuerySet[Any] = self.get_queryset(request).filter(pk__in=keys[:MOST_AT_ONCE])
        return list(rows)

    def _back(self, rows: Sequence[Model]) -> str:
        base = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        if len(rows) == 1:
            return reverse(f"{base}_change", args=[rows[0].pk])
        return reverse(f"{base}_changelist")

    @property
    def _url_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_act"


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").strip()[:200]


def _asking(act: Act) -> Callable[[ActsAdmin, HttpRequest, QuerySet[Any]], HttpResponse]:
    """An act as an entry of the list's menu."""

    def ask(page: ActsAdmin, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse:
        keys = list(rows.values_list("pk", flat=True)[:MOST_AT_ONCE])
        return HttpResponseRedirect(page.act_url(act, keys))

    return ask
