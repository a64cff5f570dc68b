"""API tokens: made, found by what a script sends, revoked.

A token that was made with another one never outlives it: it ends no later, is revoked with it, and
makes none itself.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from apps.operators.models import ApiToken, Scope
from apps.parties.secrets import fingerprint

# Searches for secrets that leaked know it by this.
PREFIX = "hub-api-"
# A row written for every request would cost more than it tells.
USED_WITHIN = timedelta(minutes=1)
# What tells of the users themselves and of what they did.
OVERSIGHT = ("auth", "admin", "audit", "operators")
LOOKS = frozenset({"view"})
ACTS = frozenset({"view", "add", "change", "delete"})
# What a scope lets through of Django's permissions: verbs in the hub's own apps, and in OVERSIGHT.
VERBS: dict[Scope, tuple[frozenset[str], frozenset[str]]] = {
    Scope.READ: (LOOKS, frozenset()),
    Scope.ACT: (ACTS, frozenset()),
    Scope.AUDIT: (LOOKS, LOOKS),
    Scope.ADMINISTER: (ACTS, ACTS),
}


def make(
    user: Any,
    name: str,
    scope: Scope,
    expires: datetime | None,
    parent: ApiToken | None = None,
) -> tuple[ApiToken, str]:
    """A new token: its row, and the token itself, which nobody can show again. With a `parent` it
    ends no later than that."""
    if parent is not None and parent.expires_at is not None:
        expires = min(expires or parent.expires_at, parent.expires_at)
    token = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        user=user,
        name=name,
        scope=scope,
        expires_at=expires,
        parent=parent,
        fingerprint=fingerprint(token),
    )
    return row, token


def with_owner(rows: QuerySet[ApiToken]) -> QuerySet[ApiToken]:
    """Tokens with what decides whether they can be used."""
    return rows.select_related("user", "parent")


def find(token: str, now: datetime) -> ApiToken | None:
    """The row of a token that may be used now; it is marked as used."""
    row = with_owner(ApiToken.objects.filter(fingerprint=fingerprint(token))).first()
    if row is None or row.why_not(now):
        return None
    if row.last_used_at is None or row.last_used_at < now - USED_WITHIN:
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=now)
    return row


def revoke(row: ApiToken, now: datetime) -> bool:
    """Ends a token at once, and those that were made with it; False when it was ended before."""
    return bool(ApiToken.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=now))


def allows(scope: Scope, permission: str) -> bool:
    """Whether a scope lets a permission through, such as `parties.change_platform`."""
    app, _, codename = permission.partition(".")
    return codename.partition("_")[0] in VERBS[scope][app in OVERSIGHT]


def within(scope: Scope, other: Scope) -> bool:
    """Whether a scope lets nothing through that the other does not."""
    return all(mine <= theirs for mine, theirs in zip(VERBS[scope], VERBS[other], strict=True))


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
        "made_with": row.parent_id,
        "state": row.why_not(now) or "is in use",
    }
