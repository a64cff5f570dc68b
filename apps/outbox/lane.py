"""One platform's queue as SQL: who may drain it, what is next, what became of it.

Order is per party and object: only the oldest waiting delivery of each may go.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection

from apps.outbox.coalesce import coalesce
from hub.routing.network import Status

Connection = AsyncConnection[Any]
WINDOW = 50
# A platform that refuses the hub's token is asked again so often; what waits longer is given up.
PAUSE = timedelta(minutes=5)
PATIENCE = timedelta(minutes=15)
REFUSED = "it refuses the hub's token"

# The oldest waiting delivery of a party and object; `newer` says whether others wait behind it.
# What is for the platform itself, news of other parties, is tried before pushes that may be theirs.
# Of a lane that an operator holds nothing goes, from the next window on. Objects of an owner whom
# the platform was not told of wait for two minutes at most (unnamed.py).
_HEADS = """
WITH asked AS MATERIALIZED (
    SELECT a.platform_id, a.now,
        ARRAY(SELECT u.owner FROM outbox_unnamed u WHERE u.platform_id = a.platform_id) AS unnamed,
        EXISTS (
            SELECT 1 FROM outbox_delivery n WHERE n.state = 'waiting' AND n.party = ''
            AND n.platform_id = a.platform_id AND n.attempts = 0 AND n.due_at <= a.now
            AND NOT EXISTS (
                SELECT 1 FROM outbox_delivery o WHERE o.state = 'waiting' AND o.party = ''
                AND o.platform_id = n.platform_id AND o.object = n.object AND o.id < n.id
            )
        ) AS news
    FROM unnest(%(platforms)s::bigint[], %(moments)s::timestamptz[]) AS a (platform_id, now)
    WHERE NOT EXISTS (
        SELECT 1 FROM outbox_lane l WHERE l.platform_id = a.platform_id AND l.held_since IS NOT NULL
    )
)
SELECT asked.platform_id, head.id, head.party, head.object, head.attempts, head.newer
FROM asked CROSS JOIN LATERAL (
    SELECT d.id, d.party, d.object, d.attempts, EXISTS (
        SELECT 1 FROM outbox_delivery n WHERE n.state = 'waiting' AND n.platform_id = d.platform_id
        AND n.party = d.party AND n.object = d.object AND n.id > d.id
    ) AS newer
    FROM outbox_delivery d
    WHERE d.state = 'waiting' AND d.platform_id = asked.platform_id AND d.due_at <= asked.now
    AND NOT EXISTS (
        SELECT 1 FROM outbox_delivery o WHERE o.state = 'waiting' AND o.platform_id = d.platform_id
        AND o.party = d.party AND o.object = d.object AND o.id < d.id
    )
    AND (d.party = '' OR d.created_at <= asked.now - interval '2 minutes'
        OR split_part(d.object, ' ', 2) <> ALL(asked.unnamed))
    AND (d.party = '' AND d.attempts = 0 OR NOT asked.news)
    ORDER BY d.id LIMIT %(room)s
) AS head ORDER BY head.id
"""
_HAND_BACK = """
WITH back AS (
    SELECT id FROM outbox_delivery WHERE id = ANY(%(ids)s) AND state = 'waiting'
    ORDER BY id FOR UPDATE
)
UPDATE outbox_delivery d SET attempts = attempts - 1, due_at = %(now)s FROM back
WHERE d.id = back.id
"""
# Platforms one after the other, each found by one look into the index.
_DUE_PLATFORMS = """
WITH RECURSIVE next AS (
    (SELECT platform_id FROM outbox_delivery WHERE state = 'waiting'
        ORDER BY platform_id LIMIT 1)
    UNION ALL
    SELECT (SELECT d.platform_id FROM outbox_delivery d WHERE d.state = 'waiting'
        AND d.platform_id > next.platform_id ORDER BY d.platform_id LIMIT 1)
    FROM next WHERE next.platform_id IS NOT NULL
)
SELECT next.platform_id FROM next LEFT JOIN outbox_lane lane USING (platform_id)
WHERE next.platform_id IS NOT NULL AND coalesce(lane.paused_until, %(now)s) <= %(now)s
AND lane.held_since IS NULL
AND EXISTS (SELECT 1 FROM outbox_delivery d WHERE d.state = 'waiting'
    AND d.platform_id = next.platform_id AND d.due_at <= %(now)s)
"""
# A burst of pushes nudges each lane again and again: where nothing waits, nothing is even leased.
_IDLE = """
SELECT asked.id FROM unnest(%(platforms)s::bigint[]) AS asked (id)
LEFT JOIN outbox_lane lane ON lane.platform_id = asked.id
CROSS JOIN LATERAL (SELECT d.id FROM outbox_delivery d WHERE d.state = 'waiting'
    AND d.platform_id = asked.id ORDER BY d.id LIMIT 1) AS first
WHERE coalesce(lane.leased_until, %(now)s) <= %(now)s
"""

_DROP = """
WITH gone AS (
    SELECT id FROM outbox_delivery WHERE state = 'waiting' AND platform_id = %(platform)s
        AND created_at < coalesce(%(before)s, 'infinity'::timestamptz) ORDER BY id FOR UPDATE
)
UPDATE outbox_delivery d SET state = 'dropped', ended_at = %(now)s, reason = %(reason)s
FROM gone WHERE d.id = gone.id
"""
# Held to the end of the transaction: the status waits for that.
_STATUS = "SELECT status FROM parties_platform WHERE id = %s FOR SHARE"


class Head(Struct, frozen=True):
    """The oldest waiting delivery of a party and object, which may go now; `newer` says whether
    others wait behind it."""

    id: int
    party: str
    object: str
    attempts: int
    newer: bool


async def version(connection: Connection) -> int:
    """The version of the picture of the network that there is now."""
    cursor = await connection.execute("SELECT version FROM parties_directory WHERE id = 1")
    row = await cursor.fetchone()
    return row[0] if row else 0


async def idle(connection: Connection, platform_ids: Sequence[int], now: datetime) -> Sequence[int]:
    """Those of some platforms for which something waits while nobody has their lane."""
    values = {"platforms": platform_ids, "now": now}
    cursor = await connection.execute(_IDLE, values)
    return [row[0] for row in await cursor.fetchall()]


async def heads(
    connection: Connection, asked: Sequence[tuple[int, datetime, int]]
) -> list[Sequence[Head]]:
    """What may go in lanes, each of a platform at a moment, the first so many."""
    found = defaultdict[int, list[Head]](list)
    moments = {platform_id: now for platform_id, now, _ in asked}
    values = {
        "platforms": list(moments),
        "moments": list(moments.values()),
        "room": max(room for _, _, room in asked),
    }
    cursor = await connection.execute(_HEADS, values)
    for platform_id, *head in await cursor.fetchall():
        found[platform_id].append(Head(*head))
    return [found[platform_id][:room] for platform_id, _, room in asked]


async def merged(connection: Connection, platform_id: int, head: Head, now: datetime) -> int:
    """The delivery that goes in the place of one: what waits behind one that was not tried yet is
    merged with it where that says the same."""
    async with connection.transaction():
        last = await coalesce(connection, platform_id, head.party, head.object, now)
    return last or head.id


async def hand_back(connection: Connection, ids: Sequence[int], now: datetime) -> None:
    """Takes back that attempts were booked which were not made: the deliveries are due again."""
    await connection.execute(_HAND_BACK, {"ids": ids, "now": now})


async def pause(connection: Connection, platform_id: int, reason: str, now: datetime) -> int:
    """Lets a lane rest: its platform refuses the hub's token. What has waited long is dropped;
    returns how many those are."""
    await connection.execute(
        "UPDATE outbox_lane SET paused_until = %s, paused_reason = %s WHERE platform_id = %s",
        (now + PAUSE, reason, platform_id),
    )
    values = {"platform": platform_id, "before": now - PATIENCE, "now": now}
    cursor = await connection.execute(_DROP, {**values, "reason": f"{reason}: {REFUSED}"})
    return cursor.rowcount


async def drop_all(connection: Connection, platform_id: int, reason: str, now: datetime) -> int:
    """Empties the lane of a platform that takes nothing now; returns how many were dropped. None
    when it is CONNECTED again: who looks at its return for what was dropped must have seen it."""
    async with connection.transaction():
        cursor = await connection.execute(_STATUS, (platform_id,))
        if await cursor.fetchone() == (Status.CONNECTED,):
            return 0
        values = {"platform": platform_id, "before": None, "now": now, "reason": reason}
        cursor = await connection.execute(_DROP, values)
        return cursor.rowcount


async def has_due(connection: Connection, asked: Sequence[tuple[int, datetime]]) -> list[bool]:
    """Whether something may go in lanes, each of a platform at a moment."""
    found = await heads(connection, [(*each, 1) for each in asked])
    return [bool(each) for each in found]


async def due_platforms(connection: Connection, now: datetime) -> Sequence[int]:
    """The platforms whose lane has something to do now."""
    cursor = await connection.execute(_DUE_PLATFORMS, {"now": now})
    return [row[0] for row in await cursor.fetchall()]
