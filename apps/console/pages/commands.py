"""The commands page: command, response and result in one row, whose turn it is, and time-outs."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from apps.console import twin
from apps.console.command_facts import Asked, State, commands
from apps.console.command_kinds import kinds
from apps.console.endless import OLDER, number
from apps.console.fields import PartyField
from apps.console.log_list import LogFilter

NEEDED = ("traffic.view_leg",)
TONES = {
    State.DONE.value: "ok",
    State.WAITING.value: "none",
    State.REFUSED.value: "refused",
    State.FAILED.value: "failed",
    State.TIMED_OUT.value: "failed",
}


def _commands() -> list[tuple[str, str]]:
    return [("", "all"), *((kind.word, kind.word) for kind in kinds())]


class CommandFilter(forms.Form):
    """What the page is narrowed by."""

    party = PartyField(
        label="Party",
        required=False,
        max_length=6,
        widget=forms.TextInput(attrs={"placeholder": "NL/CPO"}),
    )
    platform = forms.ChoiceField(
        label="Platform that asked",
        required=False,
        choices=LogFilter.base_fields["platform"].choices,  # type: ignore[attr-defined]  # a ChoiceField
    )
    command = forms.ChoiceField(label="Command", required=False, choices=_commands)
    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[("", "all"), *((each.value, each.value) for each in State)],
    )
    since = forms.DateTimeField(
        label="From (UTC)", required=False, widget=LogFilter.base_fields["since"].widget
    )
    until = forms.DateTimeField(
        label="Until (UTC)", required=False, widget=LogFilter.base_fields["until"].widget
    )


def page(request: HttpRequest) -> HttpResponse:
    """The newest commands that fit, or those before a message (`?before=`)."""
    if not request.user.has_perms(NEEDED):
        raise PermissionDenied
    form, now = CommandFilter(request.GET), timezone.now()
    given = form.cleaned_data if form.is_valid() else {}
    found = commands(asked(given, number(request, OLDER)), now)
    kept = {name: request.GET[name] for name in form.fields if request.GET.get(name)}
    shown = found.commands if form.is_valid() else []
    if twin.wanted(request):
        data = {"commands": shown, "further": found.further, "looked_to": found.looked_to}
        return twin.twin({"now": now, **data})
    context = {
        **admin.site.each_context(request),
        "title": "Commands",
        "now": now,
        "form": form,
        "narrowed": bool(kept),
        "is_first": OLDER not in request.GET,
        "newest": urlencode(kept),
        "commands": [{**each, "tone": TONES[each["state"]]} for each in shown],
        "looked_to": found.looked_to,
        "further": urlencode({**kept, OLDER: found.further}) if found.further else "",
        "json": urlencode({**kept, "format": "json"}),
    }
    return TemplateResponse(request, "console/commands.html", context)


def asked(given: Mapping[str, Any], before: int | None) -> Asked:
    """What the form asks for; `before` is the message to go on before."""
    platform = given.get("platform")
    return Asked(
        party=given.get("party", ""),
        command=given.get("command", ""),
        platform=int(platform) if platform else None,
        state=given.get("state", ""),
        since=given.get("since"),
        until=given.get("until"),
        before=before,
    )
