"""Registering with a partner that invited the hub: the other way round from an invitation.

The handshake happens while the form is sent. It takes some seconds, and leaves nothing behind when
it fails.
"""

from typing import Any

from asgiref.sync import async_to_sync
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from apps.console.audited import now_is, tell
from apps.console.expected import EXPECTED, explained
from apps.credentials import registration
from apps.credentials.pages import FACES
from apps.parties.models import Platform
from hub.ocpi.module import Role

MAY = "parties.add_platform"


class RegisterForm(forms.Form):
    """What the partner handed over, and what to call it. The token is never shown again."""

    versions_url = forms.CharField(
        label="Its versions URL",
        max_length=255,
        widget=forms.TextInput(attrs={"class": "vTextField", "autofocus": True}),
        help_text="As the partner gave it, such as https://ocpi.example.com/ocpi/versions.",
    )
    token_a = forms.CharField(
        label="CREDENTIALS_TOKEN_A",
        max_length=255,
        widget=forms.PasswordInput(attrs={"class": "vTextField", "autocomplete": "off"}),
        help_text="As the partner gave it, not in Base64. It is good once.",
    )
    name = forms.CharField(
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="What you call the partner's system. Empty: the name of its first party.",
    )
    role = forms.ChoiceField(
        label="Role",
        required=False,
        choices=[("", "it says so itself"), *((each.value, each.value) for each in FACES.values())],
        help_text="To be chosen where its OCPI is 2.1.1 and does not show it.",
    )


def page(request: HttpRequest) -> HttpResponse:
    """The form; after a handshake that worked the platform's onboarding."""
    if not request.user.has_perm(MAY):
        raise PermissionDenied
    form = RegisterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = _registered(form.cleaned_data)
        except EXPECTED as error:
            form.add_error(None, f"Nothing was registered: {explained(error)}")
        else:
            tell(request, "Register", row, {}, now_is(row))
            messages.success(request, f"The hub is registered with {row.name}.")
            return HttpResponseRedirect(reverse("console:onboarding", args=[row.pk]))
    context = {
        **admin.site.each_context(request),
        "title": "Register with a platform",
        "opts": Platform._meta,
        "form": form,
    }
    return TemplateResponse(request, "console/register.html", context)


def _registered(asked: dict[str, Any]) -> Platform:
    """Raises what apps.console.expected names."""
    return async_to_sync(registration.register)(
        asked["versions_url"],
        asked["token_a"],
        asked["name"] or None,
        Role(asked["role"]) if asked["role"] else None,
    )
