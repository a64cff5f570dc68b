"""Kept objects that a full pull did not find: marked, confirmed by the next one, then a finding.

Only the asked party's own public objects, and only by a pull that saw the whole list; what was
pushed since the pull began is there, whatever the list says. Nothing is deleted.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from apps.store.findings import MISSING, Subject, add, clear
from apps.store.tables import Table, table
from apps.sync.progress import Walk
from hub.ocpi import datetimes
from hub.ocpi.module import Module
from hub.ocpi.schema import Finding, Severity

Connection = AsyncConnection[Any]

_SEE = """
INSERT INTO sync_seen (pull_id, key) SELECT %s, unnest(%s::text[]) ON CONFLICT DO NOTHING
"""
_FOUND = """
DELETE FROM sync_missing WHERE source_id = %s AND key = ANY(%s) RETURNING key, confirmed_at
"""
# Gone from the store, or pushed again: no more to be said of these.
_SETTLED = """
DELETE FROM sync_missing m WHERE m.source_id = %(source)s AND NOT EXISTS (
    SELECT 1 FROM {table} t WHERE {where} AND t.owner = %(owner)s AND t.key = m.key
    AND t.audience = '' AND t.changed_at < m.since
) RETURNING key, confirmed_at
"""
_CONFIRM = """
UPDATE sync_missing m SET confirmed_at = %(now)s WHERE m.source_id = %(source)s
    AND confirmed_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM sync_seen s WHERE s.pull_id = %(pull)s AND s.key = m.key)
RETURNING key
"""
_MARK = """
INSERT INTO sync_missing (source_id, key, since)
SELECT %(source)s, t.key, %(now)s FROM {table} t
WHERE {where} AND t.owner = %(owner)s AND t.audience = '' AND t.changed_at < %(started)s
    AND NOT EXISTS (SELECT 1 FROM sync_seen s WHERE s.pull_id = %(pull)s AND s.key = t.key)
ON CONFLICT (source_id, key) DO NOTHING
"""


async def see(connection: Connection, walk: Walk, keys: Sequence[str]) -> None:
    """Remembers the objects of a page until the pull ends."""
    await connection.execute(_SEE, (walk.id, list(keys)))


async def found(connection: Connection, walk: Walk, keys: Sequence[str]) -> None:
    """Takes back what was said of objects that are in the list again."""
    cursor = await connection.execute(_FOUND, (walk.source_id, list(keys)))
    await _take_back(connection, walk, await cursor.fetchall())


async def settle(connection: Connection, walk: Walk, module: Module, now: datetime) -> int:
    """Compares a whole list with what is kept; returns how many of its owner's objects are
    missing, for the first time or still."""
    kept = table(module)
    values = {
        "source": walk.source_id,
        "pull": walk.id,
        "owner": walk.party,
        "module": kept.module,
        "started": walk.started_at,
        "now": now,
    }
    cursor = await connection.execute(_spelled(_SETTLED, kept), values)
    await _take_back(connection, walk, await cursor.fetchall())
    cursor = await connection.execute(_CONFIRM, values)
    for (key,) in await cursor.fetchall():
        await add(connection, _subject(walk, key), walk.platform_id, [_finding(now)], now)
    await connection.execute(_spelled(_MARK, kept), values)
    cursor = await connection.execute(
        "SELECT count(*) FROM sync_missing WHERE source_id = %s", (walk.source_id,)
    )
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def _take_back(connection: Connection, walk: Walk, marks: Sequence[tuple[str, Any]]) -> None:
    for key, confirmed_at in marks:
        if confirmed_at is not None:
            await clear(connection, _subject(walk, key), {MISSING})


def _spelled(statement: str, kept: Table) -> str:
    return statement.format(table=kept.name, where=kept.where)


def _subject(walk: Walk, key: str) -> Subject:
    return Subject(walk.module, walk.party, key)


def _finding(now: datetime) -> Finding:
    return Finding(
        "$",
        MISSING,
        Severity.WARNING,
        "kept by the hub, and not in its owner's list: neither in the full pull that ended "
        f"{datetimes.render(now)} nor in the one before.",
    )
