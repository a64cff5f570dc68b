"""One platform's queue as SQL: who may drain it, what is next, what became of it.

Order is per party and object: only the oldest waiting delivery of each may go. The next attempt is
booked before the send, so a crash in between is already a retry.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct, json
from psycopg import AsyncConnection
from psycopg.rows import args_row

from apps.outbox.coalesce import coalesce
from apps.outbox.due import Due, Result
from apps.outbox.follow import follow
from hub.policy.retry import Done, Drop, Follow, Pause, RetryAt, lease_until
from hub.routing.network import Status

Connection = AsyncConnection[Any]
WINDOW = 50
# A platform that refuses the hub's token is asked again so often; what waits longer is given up.
PAUSE = timedelta(minutes=5)
PATIENCE = timedelta(minutes=15)
REFUSED = "it refuses the hub's token"

_LEASE = """
INSERT INTO outbox_lane AS lane (platform_id, leased_until, paused_reason)
VALUES (%(platform)s, %(until)s, '')
ON CONFLICT (platform_id) DO UPDATE SET leased_until = excluded.leased_until
WHERE lane.leased_until <= %(now)s AND coalesce(lane.paused_until, %(now)s) <= %(now)s
"""
_CHANGE_LEASE = """
UPDATE outbox_lane SET leased_until = %s WHERE platform_id = %s AND leased_until = %s
"""
# The oldest waiting delivery of a party and object; `newer` says whether others wait behind it.
# What is for the platform itself, news of other parties, is tried before pushes that may be theirs.
# Of a lane that an operator holds nothing goes, from the next window on. Objects of an owner whom
# the platform was not told of wait for two minutes at most (unnamed.py).
_HEADS = """
SELECT d.id, d.party, d.object, d.attempts, EXISTS (
    SELECT 1 FROM outbox_delivery n WHERE n.state = 'waiting' AND n.platform_id = d.platform_id
    AND n.party = d.party AND n.object = d.object AND n.id > d.id
) AS newer
FROM outbox_delivery d
WHERE d.state = 'waiting' AND d.platform_id = %(platform)s AND d.due_at <= %(now)s
AND NOT EXISTS (
    SELECT 1 FROM outbox_lane l WHERE l.platform_id = %(platform)s AND l.held_since IS NOT NULL
)
AND NOT EXISTS (
    SELECT 1 FROM outbox_delivery o WHERE o.state = 'waiting' AND o.platform_id = d.platform_id
    AND o.party = d.party AND o.object = d.object AND o.id < d.id
)
AND (d.party = '' OR d.created_at <= %(now)s - interval '2 minutes'
    OR split_part(d.object, ' ', 2) <> ALL(%(unnamed)s::text[]))
AND (d.party = '' AND d.attempts = 0 OR NOT EXISTS (
    SELECT 1 FROM outbox_delivery a WHERE a.state = 'waiting' AND a.platform_id = %(platform)s
    AND a.party = '' AND a.attempts = 0 AND a.due_at <= %(now)s AND NOT EXISTS (
        SELECT 1 FROM outbox_delivery o WHERE o.state = 'waiting' AND o.party = ''
        AND o.platform_id = %(platform)s AND o.object = a.object AND o.id < a.id
    )
))
ORDER BY d.id LIMIT %(window)s
"""
_UNNAMED = "SELECT owner FROM outbox_unnamed WHERE platform_id = %s"
_BOOK = """
WITH chosen AS (
    SELECT id FROM outbox_delivery WHERE id = ANY(%(ids)s) AND state = 'waiting'
    ORDER BY id FOR UPDATE
)
UPDATE outbox_delivery d SET attempts = attempts + 1, due_at = %(until)s
FROM chosen, outbox_payload p WHERE d.id = chosen.id AND p.id = d.payload_id
RETURNING d.id, p.id, d.platform_id, d.party, d.object, d.attempts, d.created_at, p.module,
    p.method, p.tail, p.query, p.body, p.owner, p.from_party, p.correlation_id, p.request_id,
    p.version
"""
_RECORD = """
UPDATE outbox_delivery d SET state = r.state, ended_at = r.ended_at,
    due_at = coalesce(r.due_at, d.due_at), http_status = r.http, code = r.code, reason = r.reason
FROM json_to_recordset(%s::json) AS r (id bigint, state text, ended_at timestamptz,
    due_at timestamptz, http int, code int, reason text)
WHERE d.id = r.id AND d.state = 'waiting'
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


class _Record(Struct, frozen=True):
    """What is written of one outcome: its end, or its next attempt."""

    id: int
    state: str
    ended_at: datetime | None
    due_at: datetime | None
    http: int | None
    code: int | None
    reason: str


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


async def lease(connection: Connection, platform_id: int, now: datetime) -> datetime | None:
    """Takes the lane: until when. None when another worker has it, or it rests. A lease runs out by
    itself."""
    until = lease_until(now)
    cursor = await connection.execute(_LEASE, {"platform": platform_id, "until": until, "now": now})
    return until if cursor.rowcount == 1 else None


async def extend(
    connection: Connection, platform_id: int, until: datetime, now: datetime
) -> datetime | None:
    """Keeps the lane, which this worker has until a moment, for another while: until when. None
    when the lease has run out, and another worker has taken it."""
    longer = lease_until(now)
    cursor = await connection.execute(_CHANGE_LEASE, (longer, platform_id, until))
    return longer if cursor.rowcount == 1 else None


async def release(connection: Connection, platform_id: int, until: datetime, now: datetime) -> None:
    """Gives the lane back, unless another worker has taken it."""
    await connection.execute(_CHANGE_LEASE, (now, platform_id, until))


async def book(
    connection: Connection, platform_id: int, now: datetime, window: int = WINDOW
) -> tuple[Sequence[Due], bool]:
    """The next window: at most one delivery per party and object, their next attempts booked; and
    whether others may go that it has no room for. What waits behind one that was not tried yet is
    merged with it where that says the same."""
    heads = await _heads(connection, platform_id, now, window + 1)
    chosen = []
    for head, party, what, attempts, newer in heads[:window]:
        merged = None
        if newer and not attempts:
            async with connection.transaction():
                merged = await coalesce(connection, platform_id, party, what, now)
        chosen.append(merged or head)
    if not chosen:
        return [], False
    async with connection.cursor(binary=True, row_factory=args_row(Due)) as cursor:
        await cursor.execute(_BOOK, {"ids": chosen, "until": lease_until(now)})
        return await cursor.fetchall(), len(heads) > window


async def _heads(
    connection: Connection, platform_id: int, now: datetime, window: int
) -> Sequence[tuple[Any, ...]]:
    """The first deliveries that may go. Owners who are not named are looked up after what was
    found, as they are held before anything of theirs is booked; nearly always there are none."""
    unnamed: list[str] = []
    while True:
        values = {"platform": platform_id, "now": now, "window": window, "unnamed": unnamed}
        heads = await (await connection.execute(_HEADS, values)).fetchall()
        if not heads:
            return heads
        rows = await (await connection.execute(_UNNAMED, (platform_id,))).fetchall()
        found = [owner for (owner,) in rows]
        if set(found) <= set(unnamed):
            return heads
        unnamed = found


async def record(connection: Connection, results: Sequence[Result], now: datetime) -> int:
    """Writes the outcomes of a window back. How many others were dropped, because the platform
    refuses the hub's token and they have waited long."""
    unknown = [result for result in results if isinstance(result.verdict, Follow)]
    for result in unknown:  # each by itself, as each holds an object
        async with connection.transaction():
            said = await follow(connection, result.due, now)
            await _write(connection, [_row(result, now, said)])
    rest = [_row(each, now) for each in results if not isinstance(each.verdict, Follow)]
    pauses = [
        (result.due.platform_id, result.verdict.reason)
        for result in results
        if isinstance(result.verdict, Pause)
    ]
    async with connection.transaction() if pauses else nullcontext():
        await _write(connection, rest)
        gone = [await pause(connection, *each, now) for each in pauses]
    return sum(gone)


async def _write(connection: Connection, rows: Sequence[_Record]) -> None:
    await connection.execute(_RECORD, (json.encode(rows).decode(),))


def _row(result: Result, now: datetime, said: str = "") -> _Record:
    """An outcome as the record of it; `said` is what was done about an object that is unknown
    there."""
    due, http, code = result.due, result.http, result.code
    match result.verdict:
        case Done():
            return _Record(due.id, "done", now, None, http, code, "")
        case Drop(reason):
            return _Record(due.id, "dropped", now, None, http, code, reason)
        case Follow(reason):
            return _Record(due.id, "dropped", now, None, http, code, f"{reason}; {said}")
        case RetryAt(at, reason):
            return _Record(due.id, "waiting", None, at, http, code, reason)
        case Pause(reason):
            return _Record(due.id, "waiting", None, now, http, code, reason)


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


async def has_due(connection: Connection, platform_id: int, now: datetime) -> bool:
    """Whether the oldest waiting delivery of some party and object is due, and may go."""
    return bool(await _heads(connection, platform_id, now, 1))


async def due_platforms(connection: Connection, now: datetime) -> Sequence[int]:
    """The platforms whose lane has something to do now."""
    cursor = await connection.execute(_DUE_PLATFORMS, {"now": now})
    return [row[0] for row in await cursor.fetchall()]
