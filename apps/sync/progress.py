"""Where each pull is, as SQL: what is next, a page done, a failure, the end.

All a pull needs to go on is in its row, so that any worker can take over between two pages. A step
counts only if nobody else has made it meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from apps.sync.models import Pull
from apps.traffic.record import clip
from hub.policy.retry import lease_until

Connection = AsyncConnection[Any]
State = Pull.State

# Not more of them are kept of one pull; `skipped` counts all.
MOST_REMARKS = 100

_DUE = """
SELECT s.platform_id
FROM sync_pull p
JOIN sync_source s ON s.id = p.source_id
JOIN parties_platform f ON f.id = s.platform_id AND f.status = 'CONNECTED'
LEFT JOIN sync_lease l ON l.name = 'platform ' || s.platform_id
WHERE p.state = 'open' AND p.due_at <= %(now)s
    AND (l.leased_until IS NULL OR l.leased_until <= %(now)s)
GROUP BY s.platform_id ORDER BY min(p.touched_at) LIMIT %(most)s
"""
_NEXT = """
SELECT p.id, p.source_id, s.platform_id, s.module, s.party, p.kind, p.correlation_id,
    p.started_at, p.date_from, p.next_url, p.page_digest, p.pages, p.objects_kept, p.skipped,
    p.bytes, p.attempts, p.remarks, s.synced_from
FROM sync_pull p
JOIN sync_source s ON s.id = p.source_id
JOIN parties_platform f ON f.id = s.platform_id AND f.status = 'CONNECTED'
WHERE p.state = 'open' AND p.due_at <= %(now)s AND s.platform_id = %(platform)s
    AND (%(only)s::bigint[] IS NULL OR p.id = ANY(%(only)s))
ORDER BY p.started_at IS NULL, p.id LIMIT 1
"""
_BEGIN = """
UPDATE sync_pull SET started_at = %(now)s, date_from = %(date_from)s, next_url = %(url)s,
    page_digest = ''
WHERE id = %(pull)s AND state = 'open' AND pages = %(page)s
"""
_BOOK = """
UPDATE sync_pull SET attempts = attempts + 1, due_at = %(until)s, touched_at = %(now)s
WHERE id = %(pull)s AND state = 'open' AND pages = %(page)s AND attempts = %(attempts)s
"""
_STEP = """
UPDATE sync_pull SET pages = pages + 1, next_url = %(url)s, page_digest = %(digest)s,
    total = coalesce(%(total)s, total), objects_kept = objects_kept + %(kept)s,
    created = created + %(created)s, changed = changed + %(changed)s,
    skipped = skipped + %(skipped)s, bytes = bytes + %(bytes)s, seconds = seconds + %(seconds)s,
    attempts = 0, reason = '', remarks = %(remarks)s, touched_at = %(now)s, due_at = %(now)s
WHERE id = %(pull)s AND state = 'open' AND pages = %(page)s
"""
_AGAIN = """
UPDATE sync_pull SET reason = %(reason)s, due_at = %(due)s,
    seconds = seconds + %(seconds)s, touched_at = %(now)s
WHERE id = %(pull)s AND state = 'open' AND pages = %(page)s
"""
_ALL_WAIT = """
UPDATE sync_pull p SET due_at = greatest(p.due_at, %(due)s) FROM sync_source s
WHERE s.id = p.source_id AND s.platform_id = %(platform)s AND p.state = 'open'
"""
_END = """
UPDATE sync_pull SET state = %(state)s, reason = %(reason)s, missing = %(missing)s,
    ended_at = %(now)s, touched_at = %(now)s, next_url = '', page_digest = ''
WHERE id = %(pull)s AND state = 'open'
"""
_SYNCED = """
UPDATE sync_source SET synced_from = greatest(synced_from, %(started)s) WHERE id = %(source)s
"""


class Overtaken(Exception):
    """Somebody else has made this step already, or ended the pull."""


@dataclass(frozen=True, slots=True)
class Walk:
    """An open pull that is due. `pages` are behind it, `next_url` is ahead."""

    id: int
    source_id: int
    platform_id: int
    module: str
    party: str
    kind: str
    correlation_id: str
    started_at: datetime | None
    date_from: datetime | None
    next_url: str
    page_digest: str
    pages: int
    objects_kept: int
    skipped: int
    bytes: int
    attempts: int
    remarks: str
    synced_from: datetime | None

    @property
    def cause(self) -> str:
        """What the kept objects name as their cause."""
        return f"pull {self.id}"


@dataclass(frozen=True, slots=True)
class Count:
    """What became of the objects of one page."""

    kept: int = 0
    created: int = 0
    changed: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class PageDone:
    """One page behind the pull: where it goes on (empty: nowhere), and what the page brought."""

    next_url: str
    digest: str
    total: int | None
    count: Count
    size: int
    seconds: float
    remarks: Sequence[str]


async def due_platforms(connection: Connection, most: int, now: datetime) -> Sequence[int]:
    """Platforms with something to pull that nobody works on, the longest untouched first."""
    cursor = await connection.execute(_DUE, {"most": most, "now": now})
    return [row[0] for row in await cursor.fetchall()]


async def next_walk(
    connection: Connection, platform_id: int, only: Sequence[int] | None, now: datetime
) -> Walk | None:
    """The pull of a platform to go on with: one that has begun first. `only` narrows by id."""
    async with connection.cursor(row_factory=class_row(Walk)) as cursor:
        await cursor.execute(
            _NEXT,
            {"platform": platform_id, "only": None if only is None else list(only), "now": now},
        )
        return await cursor.fetchone()


async def begin(
    connection: Connection, walk: Walk, url: str, date_from: datetime | None, now: datetime
) -> None:
    """Writes where a pull begins, or begins anew. Raises Overtaken."""
    values = {"pull": walk.id, "page": walk.pages, "url": url, "date_from": date_from}
    await _one(connection, _BEGIN, {**values, "now": now})
    await _forget(connection, walk)


async def book(connection: Connection, walk: Walk, now: datetime) -> None:
    """Books the attempt at a page before it is made, so that a crash is already a retry. Raises
    Overtaken."""
    values = {"pull": walk.id, "page": walk.pages, "attempts": walk.attempts}
    await _one(connection, _BOOK, {**values, "until": lease_until(now), "now": now})


async def step(connection: Connection, walk: Walk, done: PageDone, now: datetime) -> None:
    """Writes that a page is done, with all it brought. Raises Overtaken."""
    count = done.count
    await _one(
        connection,
        _STEP,
        {
            "pull": walk.id,
            "page": walk.pages,
            "url": done.next_url,
            "digest": done.digest,
            "total": done.total,
            "kept": count.kept,
            "created": count.created,
            "changed": count.changed,
            "skipped": count.skipped,
            "bytes": done.size,
            "seconds": done.seconds,
            "remarks": with_remarks(walk.remarks, done.remarks),
            "now": now,
        },
    )


async def again(
    connection: Connection,
    walk: Walk,
    due: datetime,
    reason: str,
    seconds: float,
    now: datetime,
    *,
    all_wait: bool,
) -> None:
    """Puts the next attempt at a page off; with `all_wait` the platform's other pulls wait too."""
    values = {"pull": walk.id, "page": walk.pages, "due": due, "reason": one_line(reason)}
    await _one(connection, _AGAIN, {**values, "seconds": seconds, "now": now})
    if all_wait:
        await connection.execute(_ALL_WAIT, {"platform": walk.platform_id, "due": due})


async def end(
    connection: Connection, walk: Walk, state: State, reason: str, missing: int, now: datetime
) -> None:
    """Ends a pull; what it needed to go on is removed. Raises Overtaken."""
    values = {"pull": walk.id, "state": state.value, "missing": missing}
    await _one(connection, _END, {**values, "reason": one_line(reason), "now": now})
    if state is State.DONE:
        await connection.execute(_SYNCED, {"source": walk.source_id, "started": walk.started_at})
    await _forget(connection, walk)


async def went_here(connection: Connection, walk: Walk, digest: str, ahead: str) -> bool:
    """Remembers a page by its URL's digest; returns whether the one ahead was passed before."""
    await connection.execute(
        "INSERT INTO sync_asked (pull_id, digest) VALUES (%s, %s) ON CONFLICT DO NOTHING",
        (walk.id, digest),
    )
    cursor = await connection.execute(
        "SELECT 1 FROM sync_asked WHERE pull_id = %s AND digest = %s", (walk.id, ahead)
    )
    return await cursor.fetchone() is not None


def with_remarks(former: str, more: Sequence[str]) -> str:
    """Remarks as lines, as many as are kept."""
    lines = former.splitlines()
    fresh = [one_line(text) for text in more[: max(0, MOST_REMARKS - len(lines))]]
    return "\n".join((*lines, *fresh))


def one_line(text: str) -> str:
    """Text, some of it a partner's, as one line that a column can hold."""
    return " ".join(clip(text, 300).split())


async def _forget(connection: Connection, walk: Walk) -> None:
    await connection.execute("DELETE FROM sync_asked WHERE pull_id = %s", (walk.id,))
    await connection.execute("DELETE FROM sync_seen WHERE pull_id = %s", (walk.id,))


async def _one(connection: Connection, statement: str, values: dict[str, object]) -> None:
    cursor = await connection.execute(statement, values)
    if cursor.rowcount != 1:
        raise Overtaken
