"""API tokens: made, found by what a script sends, revoked."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from apps.operators.models import ApiToken, Scope
from apps.parties.secrets import fingerprint

# Searches for secrets that leaked know it by this.
PREFIX = "hub-api-"
# A row written for every request would cost more than it tells.
USED_WITHIN = timedelta(minutes=1)
# What a scope lets through of Django's permissions: verbs, and whether those about the audit.
VERBS: dict[Scope, tuple[frozenset[str], bool]] = {
    Scope.READ: (frozenset({"view"}), False),
    Scope.ACT: (frozenset({"view", "add", "change", "delete"}), False),
    Scope.AUDIT: (frozenset({"view"}), True),
}


def make(user: Any, name: str, scope: Scope, expires: datetime | None) -> tuple[ApiToken, str]:
    """A new token: its row, and the token itself, which nobody can show again."""
    token = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        user=user, name=name, scope=scope, expires_at=expires, fingerprint=fingerprint(token)
    )
    return row, token


def find(token: str, now: datetime) -> ApiToken | None:
    """The row of a token that may be used now; it is marked as used."""
    row = ApiToken.objects.select_related("user").filter(fingerprint=fingerprint(token)).first()
    if row is None or row.why_not(now):
        return None
    if row.last_used_at is None or row.last_used_at < now - USED_WITHIN:
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=now)
    return row


def revoke(row: ApiToken, now: datetime) -> bool:
    """Ends a token at once; False when it was ended before."""
    return bool(ApiToken.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=now))


def allows(scope: Scope, permission: str) -> bool:
    """Whether a scope lets a permission through, such as `parties.change_platform`."""
    app, _, codename = permission.partition(".")
    verbs, audit = VERBS[scope]
    return codename.partition("_")[0] in verbs and (audit or app != "audit")


def fact(row: ApiToken, now: datetime) -> dict[str, Any]:
    """A token without the token."""
    return {
        "id": row.pk,
        "user": row.user.get_username(),
        "name": row.name,
        "scope": row.scope,
        "created": row.created_at,
        "expires": row.expires_at,
        "last_used": row.last_used_at,
        "state": row.why_not(now) or "is in use",
    }
