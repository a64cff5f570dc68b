"""The second factor of whoever is logged in: give a code, set an app up, make new recovery codes.

Secret and recovery codes are on a page once: that of the answer to the form that made them.
"""

from datetime import datetime
from typing import Any

import django_otp
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe

from apps.operators import lockout, second_factor
from apps.operators.address import client_address
from apps.operators.login import in_words, tell_if_locked
from apps.operators.models import Authenticator
from apps.operators.told import told

WRONG = "This code is not right, or was used before. Codes change every 30 seconds."


class CodeForm(forms.Form):
    """A code of the app, or a recovery code."""

    code = forms.CharField(
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True}
        ),
    )


def page(request: HttpRequest) -> HttpResponse:
    """`do` in a form says what is wanted: give, begin, confirm, codes or remove."""
    user: Any = request.user
    app = second_factor.authenticator(user)
    owes = app is not None and not user.is_verified()
    if request.method != "POST":
        return _shown(request, app, {"form": CodeForm()})
    act = {"give": _give} if owes else FREE_TO_DO
    wanted = act.get(request.POST.get("do", ""))
    if wanted is None:
        raise PermissionDenied
    return wanted(request, app, timezone.now())


def _shown(request: HttpRequest, app: Authenticator | None, more: dict[str, Any]) -> HttpResponse:
    user: Any = request.user
    owes = not user.is_verified() and (app is not None or settings.HUB.admin_2fa)
    context = {
        **admin.site.each_context(request),
        # Nothing of the menu can be opened before the code is given.
        **({"is_nav_sidebar_enabled": False} if owes else {}),
        "title": "Second factor",
        "app": app,
        "owes": app is not None and not user.is_verified(),
        "required": settings.HUB.admin_2fa,
        "left": second_factor.codes_left(user),
        "next": request.POST.get("next") or request.GET.get("next", ""),
        **more,
    }
    return TemplateResponse(request, "console/second_factor.html", context)


def _give(request: HttpRequest, app: Authenticator | None, now: datetime) -> HttpResponse:
    """The code that is owed after the password."""
    form, user = CodeForm(request.POST), request.user
    before = second_factor.codes_left(user)
    if _attempt(request, form, lambda code: second_factor.check(user, code, now)):
        django_otp.login(request, app)
        if second_factor.codes_left(user) < before:
            told(user.get_username(), "Recovery code used", left=before - 1)
        return HttpResponseRedirect(_next(request))
    return _shown(request, app, {"form": form})


def _begin(request: HttpRequest, app: Authenticator | None, now: datetime) -> HttpResponse:
    secret = second_factor.begin(request.user)
    drawn = second_factor.picture(second_factor.uri(request.user, secret))
    shown = {
        "form": CodeForm(),
        "begun": True,
        "secret": secret,
        "picture": mark_safe(drawn),  # noqa: S308  # drawn by us, from squares
    }
    return _shown(request, app, shown)


def _confirm(request: HttpRequest, app: Authenticator | None, now: datetime) -> HttpResponse:
    """A code of the app that was set up just now."""
    form, user = CodeForm(request.POST), request.user
    found = _attempt(request, form, lambda code: second_factor.confirm(user, code, now))
    if not found:
        return _shown(request, app, {"form": form, "begun": True})
    app, codes = found
    django_otp.login(request, app)
    told(user.get_username(), "Second factor set up")
    return _shown(request, app, {"codes": codes})


def _codes(request: HttpRequest, app: Authenticator | None, now: datetime) -> HttpResponse:
    if app is None:
        raise PermissionDenied
    told(request.user.get_username(), "Recovery codes made")
    return _shown(request, app, {"codes": second_factor.renew_codes(request.user)})


def _remove(request: HttpRequest, app: Authenticator | None, now: datetime) -> HttpResponse:
    if second_factor.forget(request.user):
        told(request.user.get_username(), "Second factor removed")
        messages.success(request, "The second factor is removed.")
    return HttpResponseRedirect(reverse("console:second_factor"))


FREE_TO_DO = {"begin": _begin, "confirm": _confirm, "codes": _codes, "remove": _remove}


def _attempt(request: HttpRequest, form: CodeForm, check: Any) -> Any:
    """What `check` makes of the code; nothing, and an error in the form, where it is wrong or comes
    too early. Guesses are counted apart from those at the password, which a right password would
    forgive."""
    if not form.is_valid():
        return None
    name = request.user.get_username()
    counted, address = f"{name}{lockout.SECOND_FACTOR}", client_address(request)
    if wait := lockout.begin(counted, address, timezone.now()):
        form.add_error("code", f"Too many attempts. Try again in {in_words(wait)}.")
        return None
    found = check(form.cleaned_data["code"])
    if found:
        lockout.succeeded(counted, address)
        return found
    told(name, "Second factor refused")
    tell_if_locked(counted, address)
    form.add_error("code", WRONG)
    return None


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    here = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if here and wanted else reverse("admin:index")
