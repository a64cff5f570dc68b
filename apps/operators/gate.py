"""The gate before the operator's pages: ends sessions that are too old, and lets nobody through who
still owes the second factor.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin

from apps.operators import second_factor
from apps.operators.by_proxy import is_by_proxy
from apps.operators.told import told

BEGAN, SEEN, OWES = "began", "seen", "owes_second_factor"
# The moment of the last request is written so often at the most.
SEEN_STEP = timedelta(seconds=30)
API = "/api/"
MISSING = {"type": "about:blank", "title": "The second factor is missing", "status": 403}
# Open to those who owe it: where it is given, and the ways in and out.
OPEN = ("console:second_factor", "admin:login", "admin:logout")


class Gate(MiddlewareMixin):
    """Runs after sessions, users and django-otp have been attached to the request."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        if not request.user.is_authenticated:
            return None
        now = datetime.now(UTC)
        if ended := _why_over(request.session, now):
            name = request.user.get_username()
            auth.logout(request)
            told(name, "Session ended", reason=ended)
            return None
        return None if _has_passed(request) else _second_factor(request)


def _why_over(session: Any, now: datetime) -> str:
    """Why a session is over; empty when it goes on, and then its last use is written down."""
    hub, moment = settings.HUB, now.timestamp()
    began, seen = session.setdefault(BEGAN, moment), session.setdefault(SEEN, moment)
    if moment - began > timedelta(hours=hub.session_hours).total_seconds():
        return f"older than {hub.session_hours} hours"
    if moment - seen > timedelta(minutes=hub.session_idle_minutes).total_seconds():
        return f"not used for {hub.session_idle_minutes} minutes"
    if moment - seen > SEEN_STEP.total_seconds():
        session[SEEN] = moment
    return ""


def _has_passed(request: HttpRequest) -> bool:
    """Whether nothing is owed: by the code of an app, or because the proxy asked for it."""
    user: Any = request.user
    if user.is_verified() or is_by_proxy(request):
        return True
    return not (settings.HUB.admin_2fa or request.session.get(OWES))


def _second_factor(request: HttpRequest) -> HttpResponse | None:
    if request.path in [reverse(name) for name in OPEN]:
        return None
    if request.path.startswith(API):
        return JsonResponse(MISSING, status=403, content_type="application/problem+json")
    if request.method not in ("GET", "HEAD"):
        raise PermissionDenied("The second factor is missing.")
    query = urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(f"{reverse(OPEN[0])}?{query}")


@receiver(user_logged_in)
def _begin_session(request: HttpRequest, user: Any, **_: Any) -> None:
    """Every session knows when it began, and whether the user has set up a second factor."""
    moment = datetime.now(UTC).timestamp()
    request.session[BEGAN] = request.session[SEEN] = moment
    request.session[OWES] = second_factor.authenticator(user) is not None
