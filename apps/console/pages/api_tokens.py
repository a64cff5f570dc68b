"""API tokens of whoever is logged in: make, see, revoke. A token is on a page once."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from apps.console import twin
from apps.operators import api_tokens
from apps.operators.models import ApiToken, Scope
from apps.operators.told import told

LONGEST_DAYS = 3650
MOST = 200
SCOPES = {
    Scope.READ: "read: look at everything you may see, but for the audit",
    Scope.ACT: "act: look, and do what you may do",
    Scope.AUDIT: "audit: look, at users and the audit too",
    Scope.ADMINISTER: "administer: all that you may do, users, imports and erasing too",
}
SEES_ALL = "auth.change_user"


class TokenForm(forms.Form):
    """What a new token is for."""

    name = forms.CharField(max_length=60, help_text="What it is for, such as nightly report.")
    scope = forms.ChoiceField(choices=[(each.value, text) for each, text in SCOPES.items()])
    days = forms.IntegerField(
        label="Good for so many days",
        min_value=1,
        max_value=LONGEST_DAYS,
        required=False,
        help_text="Empty: until you revoke it.",
    )


def page(request: HttpRequest) -> HttpResponse:
    """The list, and the form for another one; `revoke` in a form is the id of one to end."""
    if request.method == "POST" and "revoke" in request.POST:
        return _revoked(request)
    form, token = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        token = _made(request, form.cleaned_data)
        form = TokenForm()
    now = timezone.now()
    tokens = [api_tokens.fact(row, now) for row in _seen(request)[:MOST]]
    if request.method == "GET" and twin.wanted(request):
        return twin.twin({"now": now, "tokens": tokens})
    context = {
        **admin.site.each_context(request),
        "title": "API tokens",
        "form": form,
        "token": token,
        "tokens": tokens,
        "all": request.user.has_perm(SEES_ALL),
    }
    return TemplateResponse(request, "console/api_tokens.html", context)


def _seen(request: HttpRequest) -> Any:
    """One's own; who may change users sees those of all, to end them."""
    rows = api_tokens.with_owner(ApiToken.objects.all())
    return rows if request.user.has_perm(SEES_ALL) else rows.filter(user=request.user.pk)


def _made(request: HttpRequest, asked: dict[str, Any]) -> str:
    days = asked["days"]
    expires = timezone.now() + timedelta(days=days) if days else None
    row, token = api_tokens.make(request.user, asked["name"], Scope(asked["scope"]), expires)
    told(
        request.user.get_username(), "API token made", "API token", str(row),
        scope=row.scope, expires=expires.isoformat() if expires else None,
    )  # fmt: skip
    return token


def _revoked(request: HttpRequest) -> HttpResponse:
    key = request.POST["revoke"]
    row = _seen(request).filter(pk=key).first() if key.isascii() and key.isdigit() else None
    if row is not None and api_tokens.revoke(row, timezone.now()):
        told(request.user.get_username(), "API token revoked", "API token", str(row))
        messages.success(request, f"{row.name} is revoked.")
    return HttpResponseRedirect(reverse("console:api_tokens"))
