"""The gate before the operator's pages: ends sessions that are too old, and lets nobody through who
still owes the second factor, or a password of his own.
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

from apps.operators import one_time, second_factor
from apps.operators.by_proxy import is_by_proxy
from apps.operators.told import told

BEGAN, SEEN, OWES = "began", "seen", "owes_second_factor"
# The mark of the password that is to be changed.
TO_CHANGE = "password_to_change"
# The moment of the last request is written so often at the most.
SEEN_STEP = timedelta(seconds=30)
API = "/api/"
# What may be owed: what it is called, and where it is given.
FACTOR = ("The second factor is missing", "console:second_factor")
PASSWORD = ("The one-time password is to be changed", "admin:password_change")
# Open to whoever owes something: the ways in and out.
OPEN = ("admin:login", "admin:logout")


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
        if not _has_passed(request):
            return _send_to(request, *FACTOR)
        return _send_to(request, *PASSWORD) if _has_password_to_change(request) else None


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


def _has_password_to_change(request: HttpRequest) -> bool:
    """Whether the password is still the one that somebody else gave."""
    if TO_CHANGE not in request.session:
        return False
    if request.session[TO_CHANGE] == one_time.mark(request.user):
        return True
    del request.session[TO_CHANGE]
    return False


def _send_to(request: HttpRequest, missing: str, where: str) -> HttpResponse | None:
    """To the page where it is given; nowhere else is anything open."""
    if request.path in [reverse(name) for name in (*OPEN, where)]:
        return None
    if request.path.startswith(API):
        problem = {"type": "about:blank", "title": missing, "status": 403}
        return JsonResponse(problem, status=403, content_type="application/problem+json")
    if request.method not in ("GET", "HEAD"):
        raise PermissionDenied(missing)
    query = urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(f"{reverse(where)}?{query}")


@receiver(user_logged_in)
def _begin_session(request: HttpRequest, user: Any, **_: Any) -> None:
    """Every session knows when it began, whether the user has set up a second factor, and whether
    the password is one to be changed."""
    moment = datetime.now(UTC).timestamp()
    request.session[BEGAN] = request.session[SEEN] = moment
    request.session[OWES] = second_factor.authenticator(user) is not None
    if one_time.ends(user) is not None:
        request.session[TO_CHANGE] = one_time.mark(user)
