"""Sums over the counters, for whoever shows them. Each question reads a stretch of one key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Sum

from apps.counts.collect import HUB
from apps.counts.models import OWN, PARTNER, Queue, Total
from apps.counts.times import OWN_UP_TO, PARTNER_UP_TO, quantile

SPANS = (1, 60)
STEP = timedelta(minutes=15)
# A worker looks twice a minute how much waits. What was seen longer ago is not how it is now.
LOOKED_WITHIN = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Messages by how they ended."""

    ok: int = 0
    refused: int = 0
    failed: int = 0

    @property
    def all(self) -> int:
        return self.ok + self.refused + self.failed

    @property
    def share_ok(self) -> float | None:
        """Between 0 and 1; None of nothing."""
        return self.ok / self.all if self.all else None


@dataclass(frozen=True, slots=True)
class Times:
    """Half of all, and 95 in 100, took no longer; in milliseconds, None where nothing was timed."""

    p50: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many deliveries wait for a platform, and for how many seconds the oldest does."""

    platform: int
    waiting: int
    oldest_seconds: float | None


@dataclass(frozen=True, slots=True)
class Depth:
    """What waits, as a worker saw it in the minute that began at `at`."""

    at: datetime
    all: Waiting
    platforms: Sequence[Waiting]


def passed(since: datetime) -> tuple[Outcomes, Times, Times]:
    """Messages from platforms since a moment, the time the hub itself took for them, and the time
    the platforms took that were asked."""
    rows = Total.objects.filter(minutes__in=SPANS, at__gte=since)
    names = ("messages", *OWN, *PARTNER)
    sums = list(rows.values_list("outcome").annotate(*(Sum(name) for name in names)))
    messages = {row[0]: row[1] for row in sums}
    times = [sum(column) for column in list(zip(*sums, strict=True))[2:]]
    own, partners = times[: len(OWN)], times[len(OWN) :]
    return Outcomes(**messages), _times(OWN_UP_TO, own), _times(PARTNER_UP_TO, partners)


def _times(up_to: Sequence[float], counts: Sequence[int]) -> Times:
    return Times(quantile(up_to, counts, 0.5), quantile(up_to, counts, 0.95))


def steps(since: datetime, until: datetime) -> Sequence[tuple[datetime, Outcomes]]:
    """Messages from platforms, quarter of an hour by quarter of an hour; all of them, from the one
    that `since` is in to the one that `until` is in. Not further back than a day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT date_bin(%s::interval, at, 'epoch'), outcome, sum(messages) FROM counts_total "
            "WHERE minutes = 1 AND at >= %s GROUP BY 1, 2",
            (f"{STEP.total_seconds()} seconds", quarter_of(since)),
        )
        found: dict[datetime, dict[str, int]] = {}
        for at, outcome, messages in cursor.fetchall():
            found.setdefault(at, {})[outcome] = messages
    first = quarter_of(since)
    number = (quarter_of(until) - first) // STEP + 1
    moments = [first + each * STEP for each in range(number)]
    return [(at, Outcomes(**found.get(at, {}))) for at in moments]


def quarter_of(moment: datetime) -> datetime:
    """When its quarter of an hour began."""
    return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)


# Each platform's messages, whichever side it was on; between two parties of its own they count
# once.
_OF_PLATFORMS = """
SELECT side.platform, pair.outcome, sum(pair.messages)
FROM counts_pair pair CROSS JOIN LATERAL (
    VALUES (pair.from_platform), (nullif(pair.to_platform, pair.from_platform))
) side (platform)
WHERE pair.minutes = 1 AND pair.at >= %s AND side.platform <> 0 GROUP BY 1, 2
"""


def of_platforms(since: datetime) -> Mapping[int, Outcomes]:
    """Messages from and to each platform since a moment within a day, what the hub asked and
    delivered among them."""
    found: dict[int, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_OF_PLATFORMS, (since,))
        for platform, outcome, messages in cursor.fetchall():
            found.setdefault(platform, {})[outcome] = messages
    return {platform: Outcomes(**outcomes) for platform, outcomes in found.items()}


def delivered(since: datetime) -> tuple[int, int]:
    """How many deliveries were done and how many given up since a moment."""
    rows = Queue.objects.filter(minutes__in=SPANS, at__gte=since, platform=HUB)
    sums = rows.aggregate(done=Sum("done", default=0), dropped=Sum("dropped", default=0))
    return sums["done"], sums["dropped"]


def depth(now: datetime) -> Depth | None:
    """What waits, the longest lane first; None when no worker has looked lately."""
    rows = Queue.objects.filter(minutes=1, at__gte=now - LOOKED_WITHIN, waiting__isnull=False)
    newest = rows.filter(platform=HUB).order_by("-at").first()
    if newest is None:
        return None
    others = rows.filter(at=newest.at, waiting__gt=0).exclude(platform=HUB)
    seen = [_waiting(row) for row in others]
    seen.sort(key=lambda each: (-each.waiting, each.platform))
    return Depth(newest.at, _waiting(newest), seen)


def _waiting(row: Queue) -> Waiting:
    return Waiting(row.platform, row.waiting or 0, row.oldest_seconds)
