"""Is anything wrong now? What the dashboard shows, as plain data.

From counters and small tables only, so that it takes as long at three million messages as at ten.
Each part is for those who may see what it counts.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Count

from apps.alerts.models import Alert
from apps.console import alert_facts, loss_facts
from apps.counts import read
from apps.counts.read import Outcomes, Times, Waiting
from apps.parties.models import Platform
from hub.routing.network import Status

Fact = dict[str, Any]
LATELY = timedelta(minutes=15)
DAY = timedelta(days=1)
MOST_LANES = 5
MOST_ALERTS = 50


def dashboard(user: User | AnonymousUser, now: datetime) -> Fact:
    """The parts that a user may see; `now` is when that was so."""
    seen = {name: part(now) for name, (needed, part) in PARTS.items() if user.has_perm(needed)}
    return {"now": now, **seen} if seen else {}


def attention(now: datetime) -> Sequence[Fact]:
    """What needs a person, the oldest first; each with the page where it is fixed."""
    rows = Alert.objects.filter(ended_at=None, raised_at__isnull=False).order_by("since", "pk")
    return [
        {
            "id": row.pk,
            "kind": row.get_kind_display(),
            "about": row.about,
            "text": row.text,
            "advice": alert_facts.advice(row),
            "since": row.since,
            "path": row.path,
        }
        for row in rows[:MOST_ALERTS]
    ]


def platforms(now: datetime) -> Fact:
    """How many platforms there are, by status."""
    found = dict(Platform.objects.order_by().values_list("status").annotate(Count("pk")))
    return {status.value: found.get(status.value, 0) for status in Status}


def versions(now: datetime) -> Fact:
    """How many platforms speak each version of OCPI."""
    return loss_facts.versions()


def traffic(now: datetime) -> Fact:
    """Messages of the last quarter of an hour, and of a day quarter by quarter."""
    since = (now - LATELY).replace(second=0, microsecond=0)
    outcomes, own, partners = read.passed(since)
    quarters = read.steps(now - DAY, now)
    return {
        "since": since,
        **numbers(outcomes),
        "per_minute": outcomes.all / ((now - since) / timedelta(minutes=1)),
        "hub_ms": times(own),
        "partners_ms": times(partners),
        "quarters": [{"at": at, **numbers(each)} for at, each in quarters],
    }


def deliveries(now: datetime) -> Fact:
    """What waits, where most of it does, and what became of the others lately."""
    since = (now - LATELY).replace(second=0, microsecond=0)
    done, dropped = read.delivered(since)
    depth = read.depth(now)
    lanes = depth.platforms[:MOST_LANES] if depth is not None else ()
    names = Platform.objects.in_bulk([lane.platform for lane in lanes])
    return {
        "looked_at": depth.at if depth is not None else None,
        "waiting": depth.all.waiting if depth is not None else None,
        "oldest_seconds": depth.all.oldest_seconds if depth is not None else None,
        "lanes": [
            {"platform": names[lane.platform].name, **_lane(lane)}
            for lane in lanes
            if lane.platform in names
        ],
        "since": since,
        "done": done,
        "dropped": dropped,
    }


def _lane(lane: Waiting) -> Fact:
    return {
        "id": lane.platform,
        "waiting": lane.waiting,
        "oldest_seconds": lane.oldest_seconds,
    }


def numbers(outcomes: Outcomes) -> Fact:
    """Messages by outcome, and the share that was ok, between 0 and 1; None of nothing."""
    return {
        "messages": outcomes.all,
        "ok": outcomes.ok,
        "refused": outcomes.refused,
        "failed": outcomes.failed,
        "share_ok": outcomes.share_ok,
    }


def times(found: Times) -> Fact:
    return {"p50": found.p50, "p95": found.p95}


PARTS: dict[str, tuple[str, Callable[[datetime], Any]]] = {
    "attention": ("alerts.view_alert", attention),
    "platforms": ("parties.view_platform", platforms),
    "versions": ("parties.view_platform", versions),
    "traffic": ("traffic.view_leg", traffic),
    "deliveries": ("outbox.view_delivery", deliveries),
}
