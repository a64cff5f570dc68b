"""Who calls, and what they may: a token of a script, or for reading the session of a page."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from apps.api.operation import Operation
from apps.operators import api_tokens
from apps.operators.models import ApiToken, Scope

BEARER = "Bearer"
WRONG = "The token is unknown, revoked or expired, or its user may not log in."


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer hub-api-…`."""

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != BEARER.lower():
            return None
        row = api_tokens.find(token.strip(), timezone.now())
        if row is None:
            raise AuthenticationFailed(WRONG)
        return row.user, row

    def authenticate_header(self, request: Request) -> str:
        return BEARER


class ReadingSession(SessionAuthentication):
    """A page's session, for requests that change nothing: so no form elsewhere can do anything in
    a user's name."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            return None
        user = request._request.user
        return (user, None) if user.is_active and user.is_staff else None


def check(request: Request, operation: Operation) -> None:
    """Raises PermissionDenied where the user lacks a permission, or the token's scope does not let
    it through."""
    scope = Scope(request.auth.scope) if isinstance(request.auth, ApiToken) else None
    for needed in operation.needs:
        if not request.user.has_perm(needed):
            raise PermissionDenied(f"Your user lacks the permission {needed}.")
        if scope is not None and not api_tokens.allows(scope, needed):
            raise PermissionDenied(f"The token's scope is {scope}, which leaves out {needed}.")
    least = operation.at_least
    if scope is not None and least is not None and not api_tokens.within(least, scope):
        raise PermissionDenied(f"The token's scope is {scope}; this needs {least}.")


def actor(request: Request) -> str:
    """Who the audit says it was."""
    name = request.user.get_username()
    if not isinstance(request.auth, ApiToken):
        return name
    return f"{name} (API token {request.auth.name})"[:150]


class PerToken(SimpleRateThrottle):
    """HUB_API_RATE_LIMIT, for each token and web process."""

    scope = "api"

    def get_rate(self) -> str | None:
        limit = settings.HUB.api_rate_limit
        return f"{limit}/min" if limit else None

    def get_cache_key(self, request: Request, view: Any) -> str:
        which = f"token {request.auth.pk}" if request.auth else f"user {request.user.pk}"
        return f"api {which}".replace(" ", ":")
