"""The latest messages that were refused or failed, of a platform or between two parties, with why.

One index leads to the newest messages; so many of them are read at most, and it is said how far
back that was.
"""

from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Q, QuerySet

from apps.traffic.models import Leg
from apps.traffic.outcome import Outcome

MOST_READ = 5_000
LATEST = 20
BAD = (Outcome.REFUSED.value, Outcome.FAILED.value)
_UNREAD = ("request_headers", "answer_headers", "request_body")

Fact = dict[str, Any]


def of_platform(platform_id: int) -> Fact:
    """What it was refused, and what it refused."""
    return _newest(Leg.objects.filter(platform_id=platform_id), Q(outcome__in=BAD))


def between(one: str, other: str, module: str = "") -> Fact:
    """What was refused between two parties, in either direction; of one module where it is named.
    Found among the newest refusals of all."""
    pair = Q(from_party=one, to_party=other) | Q(from_party=other, to_party=one)
    if module:
        pair &= Q(module=module)
    found = [_newest(Leg.objects.filter(outcome=outcome), pair) for outcome in BAD]
    rows = sorted((row for each in found for row in each["rows"]), key=_at, reverse=True)
    ends = [each["looked_to"] for each in found if each["looked_to"] is not None]
    return {"rows": rows[:LATEST], "looked_to": max(ends, default=None)}


def _at(row: Fact) -> datetime:
    at: datetime = row["at"]
    return at


def _newest(led: QuerySet[Leg], wanted: Q) -> Fact:
    """The newest that fit, among those that the index leads to. `looked_to` is how far back that
    was, None where it was to the end."""
    led = led.order_by("-at", "-pk")
    end = led.values_list("at", flat=True)[MOST_READ : MOST_READ + 1].first()
    rows = led.filter(wanted).defer(*_UNREAD)
    if end is not None:
        rows = rows.filter(at__gt=end)
    return {"rows": [_fact(leg) for leg in rows[:LATEST]], "looked_to": end}


def _fact(leg: Leg) -> Fact:
    return {
        "id": leg.pk,
        "at": leg.at,
        "direction": leg.direction,
        "from": leg.from_party,
        "to": leg.to_party,
        "module": leg.module,
        "method": leg.method,
        "path": leg.path,
        "http_status": leg.http_status,
        "code": leg.code,
        "outcome": leg.outcome,
        "reason": leg.error or _said(leg.answer_body),
        "correlation_id": leg.correlation_id,
    }


def _said(body: str | None) -> str:
    """The status_message of an answer, where the log has its body."""
    try:
        content = msgspec.json.decode(body) if body else None
    except msgspec.DecodeError:  # cut off, or not JSON
        return ""
    return str(content.get("status_message") or "") if isinstance(content, dict) else ""
