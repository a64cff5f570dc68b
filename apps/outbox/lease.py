"""Who may drain which lane, and until when. All is asked for many lanes at once; rows are locked in
one order, so that nobody waits for each other."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection

from hub.policy.retry import LEASE_SECONDS, lease_until

Connection = AsyncConnection[Any]

# A lane that rests is not given out.
_TAKE = """
INSERT INTO outbox_lane AS lane (platform_id, leased_until, paused_reason)
SELECT DISTINCT ON (platform_id) platform_id, until, ''
FROM unnest(%(platforms)s::bigint[], %(until)s::timestamptz[]) AS asked (platform_id, until)
ORDER BY platform_id, until
ON CONFLICT (platform_id) DO UPDATE SET leased_until = excluded.leased_until
WHERE lane.leased_until <= excluded.leased_until - %(length)s AND
    coalesce(lane.paused_until, excluded.leased_until - %(length)s)
        <= excluded.leased_until - %(length)s
RETURNING platform_id, leased_until
"""
_CHANGE = """
WITH held AS (
    SELECT lane.platform_id, asked.becomes FROM outbox_lane lane
    JOIN unnest(%(platforms)s::bigint[], %(until)s::timestamptz[], %(becomes)s::timestamptz[])
        AS asked (platform_id, until, becomes)
    ON lane.platform_id = asked.platform_id AND lane.leased_until = asked.until
    ORDER BY lane.platform_id FOR UPDATE OF lane
)
UPDATE outbox_lane lane SET leased_until = held.becomes FROM held
WHERE lane.platform_id = held.platform_id RETURNING lane.platform_id
"""


class Lease(Struct, frozen=True):
    """A lane that a worker has until a moment, and until when it wants it: longer, or no more."""

    platform_id: int
    until: datetime
    becomes: datetime


async def take(
    connection: Connection, asked: Sequence[tuple[int, datetime]]
) -> list[datetime | None]:
    """Takes lanes, of platforms at a moment: until when. None where another worker has it, or it
    rests. A lease runs out by itself."""
    wanted = [(platform_id, lease_until(now)) for platform_id, now in asked]
    values = {
        "platforms": [platform_id for platform_id, _ in wanted],
        "until": [until for _, until in wanted],
        "length": timedelta(seconds=LEASE_SECONDS),
    }
    cursor = await connection.execute(_TAKE, values)
    taken: dict[int, datetime] = dict(await cursor.fetchall())
    # Of two who ask for one lane at once, the first has it.
    return [taken.pop(each[0]) if taken.get(each[0]) == each[1] else None for each in wanted]


async def change(connection: Connection, asked: Sequence[Lease]) -> list[bool]:
    """Keeps lanes for longer, or gives them back; False where another worker has taken it since."""
    values = {
        "platforms": [each.platform_id for each in asked],
        "until": [each.until for each in asked],
        "becomes": [each.becomes for each in asked],
    }
    cursor = await connection.execute(_CHANGE, values)
    changed = {row[0] for row in await cursor.fetchall()}
    return [each.platform_id in changed for each in asked]
