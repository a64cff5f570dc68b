"""What an operator may know, as plain data: for the command line, and where pages show the same.

No token is ever among it, only kinds and ages.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from apps.console import connection_facts
from apps.credentials import pages
from apps.modules import registry
from apps.outbox.models import Delivery
from apps.parties.models import PartyClaim, Platform, Token

Fact = dict[str, Any]

SWITCHES = (
    "token_form",
    "hidden_versions",
    "presents_as",
    "implicit_get_all",
    "hub_means_anyone",
    "answers_authorize",
    "validation",
    "overwrites",
    "not_pulled",
    "max_in_flight",
    "max_per_second",
    "still_alive_minutes",
    "catch_up",
    "own_parties",
    "time_zone",
)
OPEN = PartyClaim.Decision.OPEN
CLAIM_OPEN = Q(decision=OPEN)
# Settings whose value is a secret or holds one; of these is told only whether they are set.
SECRETS = frozenset(
    {
        "secret_key", "database_url", "redis_url", "mail_url", "alert_webhook_url",
        "alert_webhook_secret",
    }
)  # fmt: skip


def with_open_claims(rows: QuerySet[Platform]) -> QuerySet[Any]:
    """Platforms with their roles, and the number of their open claims as `open_claims`."""
    return (
        rows.annotate(open_claims=Count("claims", filter=Q(claims__decision=OPEN), distinct=True))
        .order_by("name")  # a query that groups forgets the model's own order
        .prefetch_related("roles")
    )


def platforms() -> list[Fact]:
    """All platforms in short."""
    return [in_short(row) for row in with_open_claims(Platform.objects.all())]


def in_short(row: Any) -> Fact:
    """One of these, as `with_open_claims` has it."""
    return {
        "id": row.pk,
        "platform": row.name,
        "status": row.status,
        "since": row.status_since,
        "version": row.version,
        "parties": [str(role) for role in row.roles.all()],
        "last_seen": row.last_seen,
        "open_claims": row.open_claims,
    }


def platform(row: Platform, now: datetime) -> Fact:
    """Everything about one platform."""
    return {
        "platform": row.name,
        "id": row.pk,
        "status": row.status,
        "since": row.status_since,
        "cause": row.status_cause,
        "version": row.version,
        "speaks": connection_facts.speaks(row),
        "versions_url": row.versions_url,
        "last_seen": row.last_seen,
        "parties": [
            {
                "party": f"{role.country_code}/{role.party_id}",
                "role": role.role,
                "name": role.business_details.get("name", ""),
            }
            for role in row.roles.all()
        ],
        "endpoints": list(row.endpoints.values("module", "interface", "url", "override")),
        "tokens": [token(each, now) for each in row.tokens.all()],
        "learned": row.learned,
        "switches": {name: getattr(row, name) for name in SWITCHES},
        "claims": [claim(each) for each in row.claims.filter(decision=OPEN)],
        "waiting_deliveries": waiting(row).count(),
        "liveness": connection_facts.liveness(row),
        "naming": connection_facts.naming(row),
        "history": connection_facts.history(row),
        "caught_up": connection_facts.caught_up(row),
        "given": connection_facts.given(row),
    }


def token(row: Token, now: datetime) -> Fact:
    """A token without the token."""
    return {
        "kind": row.kind,
        "created": row.created_at,
        "age_seconds": int((now - row.created_at).total_seconds()),
        "expires": row.expires_at,
        "replaced": row.replaced,
    }


def claim(row: PartyClaim) -> Fact:
    """One claim to a party that another platform held."""
    return {
        "id": row.pk,
        "platform": row.platform.name,
        "party": row.party,
        "role": row.role,
        "held_by": row.held_by.name,
        "claimed": row.claimed_at,
        "decision": row.decision,
        "decided": row.decided_at,
    }


def waiting(row: Platform) -> QuerySet[Delivery]:
    """The deliveries that a platform has yet to get."""
    return Delivery.objects.filter(platform_id=row.pk, state=Delivery.State.WAITING)


def hub() -> Fact:
    """The hub itself, and in numbers what it is connected to."""
    per_status = Platform.objects.order_by("status").values_list("status").annotate(Count("pk"))
    return {
        "name": settings.HUB.name,
        "party": "/".join(settings.HUB.party),
        "public_url": settings.HUB.public_url,
        "versions_url": pages.versions_url(),
        "versions": list(pages.VERSIONS),
        "modules": sorted(module.id for module in registry().values()),
        "platforms": dict(per_status),
        "open_claims": PartyClaim.objects.filter(decision=OPEN).count(),
        "settings": {
            name: _told(name, value) for name, value in sorted(vars(settings.HUB).items())
        },
    }


def _told(name: str, value: object) -> object:
    if name in SECRETS:
        return "set" if value else "not set"
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, tuple) and type(value) is tuple:
        return [str(entry) for entry in value]
    return str(value)
