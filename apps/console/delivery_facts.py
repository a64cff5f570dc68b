"""Deliveries as plain data: the same on the command line and in the API. Bodies are left out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F

from apps.console import spoken_in
from apps.outbox.models import Delivery
from apps.parties.models import Platform
from apps.traffic.models import Direction, Leg

Fact = dict[str, Any]
LONG = ("request_headers", "answer_headers", "request_body", "answer_body")


def deliveries(rows: Iterable[Delivery]) -> list[Fact]:
    """Deliveries with the names of their platforms. The payload is asked for with each row, unless
    the rows have it."""
    found = list(rows)
    known = Platform.objects.filter(pk__in={row.platform_id for row in found})
    names = dict(known.values_list("pk", "name"))
    return [_delivery(row, names) for row in found]


def _delivery(row: Delivery, names: Mapping[int, str]) -> Fact:
    return {
        "id": row.pk,
        "platform": names.get(row.platform_id, "gone"),
        "party": row.party,
        "object": row.object,
        "state": row.state,
        "attempts": row.attempts,
        "created": row.created_at,
        "due": row.due_at if row.state == Delivery.State.WAITING else None,
        "ended": row.ended_at,
        "http": row.http_status,
        "code": row.code,
        "reason": row.reason,
        "correlation_id": row.payload.correlation_id,
        "version": row.payload.version,
    }


def alone(rows: Sequence[Delivery], now: datetime) -> list[Fact]:
    """Deliveries that are looked at one by one, with what the last attempt said."""
    return [{**fact, **last_attempt(row)} for row, fact in zip(rows, deliveries(rows), strict=True)]


def last_attempt(row: Delivery) -> Fact:
    """In which version the last attempt in the log was told, and what it lost or assumed."""
    legs = Leg.objects.filter(
        correlation_id=row.payload.correlation_id,
        direction=Direction.OUT,
        platform_id=row.platform_id,
        to_party=row.party,
        module=row.payload.module,
    )
    # Adding 0 keeps PostgreSQL from walking through the log in the order of time.
    last = legs.defer(*LONG).order_by((F("pk") + 0).desc()).first()
    if last is None:
        return {"told_in": "", "notes": []}
    now = spoken_in.versions_of([last]).get(last.platform_id, "")
    return {"told_in": spoken_in.version_of(last, now), "notes": spoken_in.notes(last)}
