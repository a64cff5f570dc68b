"""What does not get on: lanes in which a delivery waits long, lanes that rest, lists whose pulls
fail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from apps.alerts.share import LATEST

# How far back that newest message is looked for.
REACH = timedelta(days=1)

# Platforms one after the other, each found by one look into the index, then its oldest delivery.
# What was sent again by hand waits from then on. A lane that rests has an alert of its own.
_WAITING = """
WITH RECURSIVE next AS (
    (SELECT platform_id FROM outbox_delivery WHERE state = 'waiting'
        ORDER BY platform_id LIMIT 1)
    UNION ALL
    SELECT (SELECT d.platform_id FROM outbox_delivery d WHERE d.state = 'waiting'
        AND d.platform_id > next.platform_id ORDER BY d.platform_id LIMIT 1)
    FROM next WHERE next.platform_id IS NOT NULL
)
SELECT platform.id, platform.name, oldest.since
FROM next JOIN parties_platform platform ON platform.id = next.platform_id
CROSS JOIN LATERAL (
    SELECT CASE WHEN d.attempts = 0 THEN d.due_at ELSE d.created_at END AS since
    FROM outbox_delivery d WHERE d.state = 'waiting' AND d.platform_id = next.platform_id
    ORDER BY d.id LIMIT 1
) oldest
LEFT JOIN outbox_lane lane ON lane.platform_id = next.platform_id
WHERE oldest.since <= %(before)s AND coalesce(lane.paused_until, %(now)s) <= %(now)s
ORDER BY platform.id
"""
# A pause ends by itself, and says nothing by that. So it counts on while the newest message sent
# there, among the latest of the platform, was refused.
_PAUSED = """
SELECT platform.id, platform.name, lane.paused_reason
FROM outbox_lane lane
JOIN parties_platform platform ON platform.id = lane.platform_id AND platform.status = 'CONNECTED'
LEFT JOIN LATERAL (
    SELECT latest.http_status FROM (
        SELECT leg.at, leg.id, leg.direction, leg.http_status FROM traffic_leg leg
        WHERE leg.platform_id = platform.id AND leg.at >= %(since)s
        ORDER BY leg.at DESC, leg.id DESC LIMIT %(latest)s
    ) latest
    WHERE latest.direction = 'out' ORDER BY latest.at DESC, latest.id DESC LIMIT 1
) newest ON true
WHERE lane.paused_until > %(now)s
OR lane.paused_until IS NOT NULL AND newest.http_status IN (401, 403)
ORDER BY platform.id
"""
_PULLS = """
SELECT platform.id, platform.name,
    array_agg(source.module || ' of ' || source.party ORDER BY source.module, source.party),
    (array_agg(last.reason ORDER BY last.id DESC))[1]
FROM sync_source source
JOIN parties_platform platform ON platform.id = source.platform_id
    AND platform.status = 'CONNECTED'
CROSS JOIN LATERAL (
    SELECT max(ended.id) AS id, (array_agg(ended.reason ORDER BY ended.id DESC))[1] AS reason,
        count(*) FILTER (WHERE ended.state = 'failed') AS failed
    FROM (
        SELECT pull.id, pull.state, pull.reason FROM sync_pull pull
        WHERE pull.source_id = source.id AND pull.state IN ('done', 'failed')
        ORDER BY pull.id DESC LIMIT 2
    ) ended
) last
WHERE source.active AND last.failed = 2
GROUP BY platform.id, platform.name ORDER BY platform.id
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A lane, by its platform, and since when its oldest delivery waits."""

    id: int
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Paused:
    """A lane, by its platform, and with what the platform refused the hub's token."""

    id: int
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Failing:
    """A platform, its lists whose pulls keep failing, and why the latest did."""

    id: int
    name: str
    lists: Sequence[str]
    reason: str


def waiting_lanes(before: datetime, now: datetime) -> Sequence[Waiting]:
    """Lanes that do not rest whose oldest delivery waits since that moment or longer."""
    return [Waiting(*row) for row in _rows(_WAITING, {"before": before, "now": now})]


def paused_lanes(now: datetime) -> Sequence[Paused]:
    """Lanes of connected platforms that rest, or rested and were refused again since."""
    values: dict[str, int | datetime] = {"latest": LATEST, "now": now, "since": now - REACH}
    return [Paused(*row) for row in _rows(_PAUSED, values)]


def failing_pulls() -> Sequence[Failing]:
    """Connected platforms with lists of which the last two pulls failed."""
    return [Failing(*row) for row in _rows(_PULLS, {})]


def _rows(statement: str, values: Mapping[str, int | datetime]) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
