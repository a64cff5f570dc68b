"""One message beside its other leg, as plain data: what the hub changed, how to ask it again."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from apps.console import comparing, spoken_in
from apps.console.comparing import Kept
from apps.console.curl import curl
from apps.console.trying import whole
from apps.outbox.models import Delivery
from apps.parties.models import Platform
from apps.traffic.models import Direction, Leg

MOST_LEGS = 50
# What is told of a leg without headers and bodies.
SHORT = (
    "id", "at", "direction", "correlation_id", "request_id", "parent", "platform_id",
    "from_party", "to_party", "module", "interface", "method", "path", "http_status", "code",
    "milliseconds", "error", "request_bytes", "answer_bytes", "object", "outcome", "follows",
)  # fmt: skip

Fact = dict[str, Any]


def in_short(leg: Leg) -> Fact:
    """A leg as lists have it."""
    return {name: getattr(leg, name) for name in SHORT}


def listed(legs: Sequence[Leg], now: datetime) -> list[Fact]:
    """Legs as lists have them, with the version of each, and how much was lost or assumed on it."""
    versions = spoken_in.versions_of(legs)
    return [
        {
            **in_short(leg),
            "version": spoken_in.version_of(leg, versions.get(leg.platform_id, "")),
            "noted": len(spoken_in.notes(leg)),
        }
        for leg in legs
    ]


def alone(leg: Leg) -> Fact:
    """A leg with the one beside it, as JSON has it."""
    return plain(message(leg, None))


def message(leg: Leg, beside: int | None) -> Fact:
    """A leg, the one it is compared with (`beside` chooses among several), and what differs. The
    left side is always that of the platform that asked."""
    others = _other_legs(leg)
    chosen = next((each for each in others if each.pk == beside), others[0] if others else None)
    asked_first = leg.direction == Direction.IN or chosen is None
    left, right = (leg, chosen) if asked_first else (chosen, leg)
    assert left is not None  # one of the two is the leg itself
    return {
        "leg": leg,
        "left": left,
        "right": right,
        "others": others,
        "names": _names([leg, *others]),
        "versions": _versions([leg, *others]),
        "notes": [
            {"leg": each.pk, **note}
            for each in (left, right)
            if each is not None
            for note in spoken_in.notes(each)
        ],
        "parts": _parts(left, right),
        "curl": _curl(leg, chosen),
        "delivery": _delivery(leg),
        "routed": leg.direction == Direction.IN or bool(leg.parent),
    }


def plain(facts: Fact) -> Fact:
    """The same for JSON, with the row of each leg."""
    legs = {side: _row(facts[side]) for side in ("leg", "left", "right")}
    others = [each.pk for each in facts["others"]]
    kept = {name: facts[name] for name in ("parts", "curl", "delivery", "notes")}
    kept["versions"] = {str(key): version for key, version in facts["versions"].items()}
    return {**kept, **legs, "others": others}


def _row(leg: Leg | None) -> Fact | None:
    if leg is None:
        return None
    return {field.name: getattr(leg, field.name) for field in Leg._meta.fields}


def _other_legs(leg: Leg) -> list[Leg]:
    """The requests that the hub made for a platform's, or the one it made this for."""
    same: QuerySet[Leg] = Leg.objects.filter(correlation_id=leg.correlation_id).order_by("at", "pk")
    if leg.direction == Direction.IN:
        found = (
            same.filter(parent=leg.request_id, direction=Direction.OUT) if leg.request_id else None
        )
    else:
        found = same.filter(request_id=leg.parent, direction=Direction.IN) if leg.parent else None
    return list(found[:MOST_LEGS]) if found is not None else []


def _names(legs: list[Leg]) -> dict[int, str]:
    known = dict(
        Platform.objects.filter(pk__in={leg.platform_id for leg in legs}).values_list("pk", "name")
    )
    return {leg.pk: known.get(leg.platform_id or 0, "somebody unknown") for leg in legs}


def _versions(legs: list[Leg]) -> dict[int, str]:
    now = spoken_in.versions_of(legs)
    return {leg.pk: spoken_in.version_of(leg, now.get(leg.platform_id, "")) for leg in legs}


def _parts(left: Leg, right: Leg | None) -> list[Fact]:
    """Headers and bodies of request and answer; of one leg alone everything is the same."""
    parts = []
    for name in ("request", "answer"):
        one = Kept(getattr(left, f"{name}_body"), getattr(left, f"{name}_bytes"))
        lines = getattr(left, f"{name}_headers")
        if right is None:
            note = "" if one.text is not None else _absent(one)
            rows = [comparing.Row("same", line, line) for line in comparing.lines(one.text)]
            body, names = comparing.Bodies(tuple(rows), note), comparing.headers(lines, lines)
        else:
            other = Kept(getattr(right, f"{name}_body"), getattr(right, f"{name}_bytes"))
            body = comparing.bodies(one, other)
            names = comparing.headers(lines, getattr(right, f"{name}_headers"))
        parts.append(
            {
                "name": name,
                "headers": [asdict(row) for row in names],
                "body": [asdict(row) for row in body.rows],
                "note": body.note,
            }
        )
    return parts


def _absent(body: Kept) -> str:
    return f"{body.size} bytes, {comparing.NOT_KEPT}." if body.size else "Without a body."


def _curl(leg: Leg, other: Leg | None) -> str:
    """The request of a leg as a command; its body may be in the log with the other leg."""
    body = leg.request_body
    if body is None and other is not None and other.request_bytes == leg.request_bytes:
        body = other.request_body
    lacks = leg.request_bytes > 0 and not whole(body, leg.request_bytes)
    url = leg.path if leg.direction == Direction.OUT else f"{settings.HUB.public_url}{leg.path}"
    return curl(leg.method, url, leg.request_headers, None if lacks else body, lacks)


def _delivery(leg: Leg) -> int | None:
    """The delivery that an onward leg was an attempt of."""
    if leg.direction != Direction.OUT or not leg.correlation_id:
        return None
    found = Delivery.objects.filter(
        payload__correlation_id=leg.correlation_id,
        platform_id=leg.platform_id or 0,
        party=leg.to_party,
    )
    return found.order_by("pk").values_list("pk", flat=True).first()
