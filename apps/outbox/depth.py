"""Looks how much waits: once a minute, for the counters, so that no page has to.

Platforms are found one after the other by looks into the index of what waits; what waits is all
that is read.
"""

from datetime import datetime

from django.db import connection

from apps.counts.collect import minute_of

# Whose lane was seen to be filled earlier in this minute, and is empty now, has nothing waiting.
# What was sent again by hand waits from then on. The oldest delivery of a lane is nearly always
# that of the smallest id.
_SAMPLE = """
WITH RECURSIVE next AS (
    (SELECT platform_id FROM outbox_delivery WHERE state = 'waiting'
        ORDER BY platform_id LIMIT 1)
    UNION ALL
    SELECT (SELECT d.platform_id FROM outbox_delivery d WHERE d.state = 'waiting'
        AND d.platform_id > next.platform_id ORDER BY d.platform_id LIMIT 1)
    FROM next WHERE next.platform_id IS NOT NULL
),
lanes AS (
    SELECT next.platform_id AS platform, amount.waiting,
        greatest(0, extract(epoch FROM %(now)s - oldest.since)) AS seconds
    FROM next CROSS JOIN LATERAL (
        SELECT CASE WHEN d.attempts = 0 THEN d.due_at ELSE d.created_at END AS since
        FROM outbox_delivery d WHERE d.state = 'waiting' AND d.platform_id = next.platform_id
        ORDER BY d.id LIMIT 1
    ) oldest CROSS JOIN LATERAL (
        SELECT count(*) AS waiting FROM outbox_delivery d
        WHERE d.state = 'waiting' AND d.platform_id = next.platform_id
    ) amount
)
INSERT INTO counts_queue AS t (minutes, at, platform, waiting, oldest_seconds)
SELECT 1, %(minute)s, platform, waiting, seconds FROM (
    SELECT platform, waiting, seconds FROM lanes
    UNION ALL SELECT 0, coalesce(sum(waiting), 0), max(seconds) FROM lanes
    UNION ALL SELECT q.platform, 0, NULL FROM counts_queue q WHERE q.minutes = 1
    AND q.at = %(minute)s AND q.platform <> 0 AND q.platform NOT IN (SELECT platform FROM lanes)
) found ORDER BY platform
ON CONFLICT (minutes, at, platform) DO UPDATE
SET waiting = excluded.waiting, oldest_seconds = excluded.oldest_seconds
"""


def sample(now: datetime) -> None:
    """Notes for this minute how many deliveries wait for each platform and since when, and for
    all of them together."""
    with connection.cursor() as cursor:
        cursor.execute(_SAMPLE, {"now": now, "minute": minute_of(now)})
