"""Puts a message together again: its legs in order, each below the one that caused it, and those
that came back to a URL the hub gave out for it (results of commands, further pages).
"""

from typing import Any

from apps.console import spoken_in
from apps.outbox.models import Delivery
from apps.parties.models import Platform
from apps.traffic.models import Leg

# One broadcast has a leg per receiver and attempt; more than this nobody reads.
MOST_LEGS = 2_000


def trace(number: str) -> dict[str, Any]:
    """Legs and deliveries of a correlation id, or of the message that a request id belongs to.

    `follows` names the messages that this one came back for.
    """
    legs = _legs(number)
    if not legs:
        # Ordered by time, which has no index, so that the request id's index is the only way.
        one = Leg.objects.filter(request_id=number).order_by("at").first()
        # A leg without a correlation id of its own is all there is to its trace.
        if one is not None:
            number = one.correlation_id
            legs = _legs(number) if number else [one]
    follows = sorted({leg.follows for leg in legs} - {"", number})
    legs = sorted([*legs, *_came_back(number)], key=lambda leg: (leg.at, leg.pk))
    deliveries = list(
        Delivery.objects.filter(payload__correlation_id=number)
        .select_related("payload")
        .defer("payload__body")
        .order_by("pk")[:MOST_LEGS]
        if number
        else ()
    )
    names = _names({leg.platform_id for leg in legs} | {d.platform_id for d in deliveries})
    versions = spoken_in.versions_of(legs)
    return {
        "correlation_id": number,
        "follows": follows,
        "legs": [_leg(leg, depth, names, versions) for leg, depth in in_order(legs)],
        "deliveries": [_delivery(delivery, names) for delivery in deliveries],
    }


def in_order(legs: list[Leg]) -> list[tuple[Leg, int]]:
    """Legs with their depth: by time of being logged, an onward leg below the request it is for.

    The legs of one message are written in either order, so the parent may come later in the list.
    """
    asked = {leg.request_id for leg in legs if leg.direction == "in" and leg.request_id}
    below: dict[str, list[Leg]] = {}
    top: list[Leg] = []
    for leg in legs:
        caused = leg.direction == "out" and leg.parent in asked
        (below.setdefault(leg.parent, []) if caused else top).append(leg)
    found = []
    for leg in top:
        found.append((leg, 0))
        # A repeated request id has its onward legs below the first of the two.
        found += [(onward, 1) for onward in below.pop(leg.request_id, ())]
    return found


def _legs(correlation_id: str) -> list[Leg]:
    rows = Leg.objects.filter(correlation_id=correlation_id)
    return list(rows.defer("request_body", "answer_body").order_by("at", "pk")[:MOST_LEGS])


def _came_back(number: str) -> list[Leg]:
    """Legs of other correlation ids that were sent to a stand-in of this message."""
    if not number:
        return []
    back = Leg.objects.filter(follows=number).values_list("correlation_id", flat=True)
    return [leg for other in sorted(set(back[:MOST_LEGS]) - {"", number}) for leg in _legs(other)]


def _names(ids: set[int | None]) -> dict[int | None, str]:
    known = Platform.objects.filter(pk__in={number for number in ids if number is not None})
    return dict(known.values_list("pk", "name"))


def _leg(
    leg: Leg, depth: int, names: dict[int | None, str], versions: dict[int | None, str]
) -> dict[str, Any]:
    return {
        "id": leg.pk,
        "depth": depth,
        "at": leg.at,
        "direction": leg.direction,
        "platform": names.get(leg.platform_id, ""),
        "platform_id": leg.platform_id,
        "correlation_id": leg.correlation_id,
        "request_id": leg.request_id,
        "parent": leg.parent,
        "from": leg.from_party,
        "to": leg.to_party,
        "module": leg.module,
        "interface": leg.interface,
        "version": spoken_in.version_of(leg, versions.get(leg.platform_id, "")),
        "notes": spoken_in.notes(leg),
        "method": leg.method,
        "path": leg.path,
        "http_status": leg.http_status,
        "code": leg.code,
        "outcome": leg.outcome,
        "milliseconds": round(leg.milliseconds, 3),
        "error": leg.error,
        "request_bytes": leg.request_bytes,
        "answer_bytes": leg.answer_bytes,
    }


def _delivery(delivery: Delivery, names: dict[int | None, str]) -> dict[str, Any]:
    return {
        "id": delivery.pk,
        "platform": names.get(delivery.platform_id, ""),
        "platform_id": delivery.platform_id,
        "party": delivery.party,
        "module": delivery.payload.module,
        "method": delivery.payload.method,
        "tail": delivery.payload.tail,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "due": delivery.due_at,
        "created": delivery.created_at,
        "ended": delivery.ended_at,
        "http_status": delivery.http_status,
        "code": delivery.code,
        "reason": delivery.reason,
    }
