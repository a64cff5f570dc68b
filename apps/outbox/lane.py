"""One platform's queue as SQL: who may drain it, what is next, what became of it.

Order is per party and object: only the oldest waiting delivery of each may go. The next attempt is
booked before the send, so a crash in between is already a retry.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from hub.policy.retry import Done, Drop, RetryAt, Verdict, lease_until

Connection = AsyncConnection[Any]
WINDOW = 50

_LEASE = """
INSERT INTO outbox_lane AS lane (platform_id, leased_until) VALUES (%(platform)s, %(until)s)
ON CONFLICT (platform_id) DO UPDATE SET leased_until = excluded.leased_until
WHERE lane.leased_until <= %(now)s
"""
_BOOK = """
WITH heads AS (
    SELECT DISTINCT ON (party, object) id, due_at FROM outbox_delivery
    WHERE state = 'waiting' AND platform_id = %(platform)s ORDER BY party, object, id
), due AS (
    SELECT id FROM heads WHERE due_at <= %(now)s ORDER BY id LIMIT %(window)s
)
UPDATE outbox_delivery d SET attempts = attempts + 1, due_at = %(until)s
FROM due, outbox_payload p WHERE d.id = due.id AND p.id = d.payload_id
RETURNING d.id, d.party, d.attempts, p.module, p.method, p.tail, p.query, p.body,
    p.correlation_id, p.request_id
"""
_END = """
UPDATE outbox_delivery SET state = %s, ended_at = %s, http_status = %s, code = %s, reason = %s
WHERE id = %s
"""
_RETRY = """
UPDATE outbox_delivery SET due_at = %s, http_status = %s, code = %s, reason = %s WHERE id = %s
"""


@dataclass(frozen=True, slots=True)
class Due:
    """One delivery whose next attempt is booked; `attempts` counts this one."""

    id: int
    party: str
    attempts: int
    module: str
    method: str
    tail: str
    query: str
    body: bytes
    correlation_id: str
    request_id: str


@dataclass(frozen=True, slots=True)
class Result:
    """What one attempt came to."""

    delivery: int
    http: int | None
    code: int | None
    verdict: Verdict


async def lease(connection: Connection, platform_id: int, now: datetime) -> bool:
    """Takes the lane, or finds that another worker has it. A lease runs out by itself."""
    cursor = await connection.execute(
        _LEASE, {"platform": platform_id, "until": lease_until(now), "now": now}
    )
    return cursor.rowcount == 1


async def extend(connection: Connection, platform_id: int, now: datetime) -> None:
    """Keeps the lane for another while."""
    await connection.execute(
        "UPDATE outbox_lane SET leased_until = %s WHERE platform_id = %s",
        (lease_until(now), platform_id),
    )


async def release(connection: Connection, platform_id: int, now: datetime) -> None:
    """Gives the lane back."""
    await connection.execute(
        "UPDATE outbox_lane SET leased_until = %s WHERE platform_id = %s", (now, platform_id)
    )


async def book(connection: Connection, platform_id: int, now: datetime) -> Sequence[Due]:
    """The next window: at most one delivery per party and object, their next attempts booked."""
    async with connection.cursor(row_factory=class_row(Due)) as cursor:
        await cursor.execute(
            _BOOK,
            {"platform": platform_id, "now": now, "until": lease_until(now), "window": WINDOW},
        )
        return await cursor.fetchall()


async def record(connection: Connection, results: Sequence[Result], now: datetime) -> None:
    """Writes the outcomes of a window back."""
    async with connection.pipeline():
        for result in results:
            answered = (result.http, result.code)
            match result.verdict:
                case Done():
                    await connection.execute(_END, ("done", now, *answered, "", result.delivery))
                case Drop(reason):
                    await connection.execute(
                        _END, ("dropped", now, *answered, reason, result.delivery)
                    )
                case RetryAt(due, reason):
                    await connection.execute(_RETRY, (due, *answered, reason, result.delivery))


async def drop_all(connection: Connection, platform_id: int, reason: str, now: datetime) -> int:
    """Empties the lane of a platform that takes nothing now; returns how many were dropped."""
    cursor = await connection.execute(
        "UPDATE outbox_delivery SET state = 'dropped', ended_at = %s, reason = %s "
        "WHERE state = 'waiting' AND platform_id = %s",
        (now, reason, platform_id),
    )
    return cursor.rowcount


async def has_due(connection: Connection, platform_id: int, now: datetime) -> bool:
    """Whether the oldest waiting delivery of some party and object is due."""
    cursor = await connection.execute(
        "SELECT EXISTS (SELECT 1 FROM (SELECT DISTINCT ON (party, object) due_at "
        "FROM outbox_delivery WHERE state = 'waiting' AND platform_id = %s "
        "ORDER BY party, object, id) heads WHERE due_at <= %s)",
        (platform_id, now),
    )
    row = await cursor.fetchone()
    return bool(row and row[0])


async def due_platforms(connection: Connection, now: datetime) -> Sequence[int]:
    """The platforms whose lane has something to do now."""
    cursor = await connection.execute(
        "SELECT DISTINCT platform_id FROM (SELECT DISTINCT ON (platform_id, party, object) "
        "platform_id, due_at FROM outbox_delivery WHERE state = 'waiting' "
        "ORDER BY platform_id, party, object, id) heads WHERE due_at <= %s",
        (now,),
    )
    return [row[0] for row in await cursor.fetchall()]
