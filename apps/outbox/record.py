"""Writes back what came of a window: its ends, its next attempts, and what follows from them."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct, json
from psycopg import AsyncConnection

from apps.database import Pool
from apps.outbox import lane
from apps.outbox.due import Result
from apps.outbox.follow import follow
from hub.policy.retry import Done, Drop, Follow, Pause, RetryAt

Connection = AsyncConnection[Any]

_RECORD = """
UPDATE outbox_delivery d SET state = r.state, ended_at = r.ended_at,
    due_at = coalesce(r.due_at, d.due_at), http_status = r.http, code = r.code, reason = r.reason
FROM json_to_recordset(%s::json) AS r (id bigint, state text, ended_at timestamptz,
    due_at timestamptz, http int, code int, reason text)
WHERE d.id = r.id AND d.state = 'waiting'
"""


class Record(Struct, frozen=True):
    """What is written of one outcome: its end, or its next attempt."""

    id: int
    state: str
    ended_at: datetime | None
    due_at: datetime | None
    http: int | None
    code: int | None
    reason: str


Write = Callable[[Sequence[Record]], Awaitable[None]]


async def write(connection: Connection, asked: Sequence[Sequence[Record]]) -> Sequence[None]:
    """Writes outcomes of several windows, in one order."""
    rows = sorted((row for window in asked for row in window), key=lambda row: row.id)
    await connection.execute(_RECORD, (json.encode(rows).decode(),))
    return [None] * len(asked)


async def record(pool: Pool, write_all: Write, results: Sequence[Result], now: datetime) -> int:
    """Writes the outcomes of a window back. How many others were dropped, because the platform
    refuses the hub's token and they have waited long."""
    rest = [result for result in results if not isinstance(result.verdict, Follow)]
    if len(rest) < len(results):
        await _follow(pool, results, now)
    await write_all([_row(result, now) for result in rest])
    gone = 0
    for result in rest:
        if isinstance(result.verdict, Pause):
            async with pool.connection() as connection, connection.transaction():
                gone += await lane.pause(
                    connection, result.due.platform_id, result.verdict.reason, now
                )
    return gone


async def _follow(pool: Pool, results: Sequence[Result], now: datetime) -> None:
    """Books the whole of what is unknown there; each by itself, as each holds an object."""
    for result in results:
        if isinstance(result.verdict, Follow):
            async with pool.connection() as connection, connection.transaction():
                said = await follow(connection, result.due, now)
                await write(connection, [[_row(result, now, said)]])


def _row(result: Result, now: datetime, said: str = "") -> Record:
    """An outcome as the record of it; `said` is what was done about an object that is unknown
    there."""
    due, http, code = result.due, result.http, result.code
    match result.verdict:
        case Done():
            return Record(due.id, "done", now, None, http, code, "")
        case Drop(reason):
            return Record(due.id, "dropped", now, None, http, code, reason)
        case Follow(reason):
            return Record(due.id, "dropped", now, None, http, code, f"{reason}; {said}")
        case RetryAt(at, reason):
            return Record(due.id, "waiting", None, at, http, code, reason)
        case Pause(reason):
            return Record(due.id, "waiting", None, now, http, code, reason)
