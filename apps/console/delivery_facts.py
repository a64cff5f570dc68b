"""Deliveries as plain data: the same on the command line and in the API. Bodies are left out."""

from collections.abc import Iterable, Mapping
from typing import Any

from apps.outbox.models import Delivery
from apps.parties.models import Platform

Fact = dict[str, Any]


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
    }
