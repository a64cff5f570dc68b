"""Collects counts in memory and adds them to the tables, a few rows at a time.

Adding is all there is, so processes need not know of each other. A process that is killed takes
with it what it had not written yet: some seconds. When the database cannot be reached, counts wait,
as many as fit. Should it fail while it commits, they may be added twice; nothing is lost then.
"""

import asyncio
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import add
from typing import Any

from django.db import connection as django_connection
from django.db import transaction

from apps.counts.metrics import LOSSES
from apps.counts.models import NUMBERS, OWN, PARTNER
from apps.counts.times import OWN_UP_TO, PARTNER_UP_TO, bucket
from apps.database import Pool
from hub.ocpi.bridge import Note

MINUTE = 1
HUB = 0
BATCH = 250
# Rows that wait in memory, at most: hours without a database.
MOST_ROWS = 100_000

# at, from, to, module, outcome
Pairs = dict[tuple[datetime, int, int, str, str], list[float]]
# at, platform
Queues = dict[tuple[datetime, int], list[float]]
# platform, module, source, target, field, what: why, times, first and last moment
Losses = dict[tuple[int, str, str, str, str, str], tuple[str, int, datetime, datetime]]

# PostgreSQL's arrays are of one type each, and so are their lists.
_NOTHING = [0.0 if name.endswith("_ms") else 0 for name in NUMBERS]
_OWN_MS, _PARTNER_MS = NUMBERS.index("own_ms"), NUMBERS.index("partner_ms")
_OWN, _PARTNER = NUMBERS.index(OWN[0]), NUMBERS.index(PARTNER[0])


def _adding(table: str, keys: dict[str, str], numbers: dict[str, str]) -> str:
    """SQL that adds rows, given as an array for each column, to those there are. `keys` and
    `numbers` are columns and their types."""
    columns = ", ".join([*keys, *numbers])
    arrays = ", ".join(f"%s::{kind}[]" for kind in (keys | numbers).values())
    sums = ", ".join(f"{name} = t.{name} + excluded.{name}" for name in numbers)
    return (
        f"INSERT INTO {table} AS t (minutes, {columns}) "
        f"SELECT {MINUTE}, {columns} FROM unnest({arrays}) AS new ({columns}) "
        f"ON CONFLICT (minutes, {', '.join(keys)}) DO UPDATE SET {sums}"
    )


log = logging.getLogger(__name__)
_NUMBERS = {name: "float8" if name.endswith("_ms") else "int4" for name in NUMBERS}
_PAIR = _adding(
    "counts_pair",
    {
        "at": "timestamptz", "from_platform": "int8", "to_platform": "int8", "module": "text",
        "outcome": "text",
    },
    _NUMBERS,
)  # fmt: skip
_TOTAL = _adding("counts_total", {"at": "timestamptz", "outcome": "text"}, _NUMBERS)
_QUEUE = _adding(
    "counts_queue",
    {"at": "timestamptz", "platform": "int8"},
    {"done": "int4", "dropped": "int4"},
)
_LOSS = (
    "INSERT INTO counts_loss AS t (platform, module, source, target, field, what, why, times, "
    "first_at, last_at) SELECT * FROM unnest(%s::int8[], %s::text[], %s::text[], %s::text[], "
    "%s::text[], %s::text[], %s::text[], %s::int8[], %s::timestamptz[], %s::timestamptz[]) "
    "ON CONFLICT (platform, module, source, target, field, what) DO UPDATE SET "
    "times = t.times + excluded.times, why = excluded.why, "
    "first_at = least(t.first_at, excluded.first_at), "
    "last_at = greatest(t.last_at, excluded.last_at)"
)


class Counts:
    """What one process has counted since it last wrote. Counting never waits."""

    def __init__(self) -> None:
        self._pairs: Pairs = {}
        self._queues: Queues = {}
        self._losses: Losses = {}
        self._given_up = 0
        self._minute = self._next_minute = datetime.min.replace(tzinfo=UTC)
        self._writing = asyncio.Lock()

    def message(
        self,
        at: datetime,
        from_platform: int,
        to_platform: int,
        module: str,
        outcome: str,
        *,
        own_ms: float | None = None,
        partner_ms: float | None = None,
    ) -> None:
        """Counts a message that began at that moment. Platforms by id, 0 is the hub; times are
        None where nothing was to be timed."""
        if not self._minute <= at < self._next_minute:
            self._minute = minute_of(at)
            self._next_minute = self._minute + timedelta(minutes=MINUTE)
        key = (self._minute, from_platform, to_platform, module, outcome)
        row = self._pairs.get(key)
        if row is None:
            if len(self._pairs) >= MOST_ROWS:
                self._given_up += 1
                return
            row = self._pairs[key] = list(_NOTHING)
        row[0] += 1
        if own_ms is not None:
            row[_OWN_MS] += own_ms
            row[_OWN + bucket(OWN_UP_TO, own_ms)] += 1
        if partner_ms is not None:
            row[_PARTNER_MS] += partner_ms
            row[_PARTNER + bucket(PARTNER_UP_TO, partner_ms)] += 1

    def deliveries(self, at: datetime, platform: int, *, done: int = 0, dropped: int = 0) -> None:
        """Counts deliveries to a platform that ended at that moment."""
        if not (done or dropped):
            return
        for each in (platform, HUB):
            _add(self._queues, (minute_of(at), each), (done, dropped))

    def losses(
        self,
        at: datetime,
        platform_id: int,
        module: str,
        source: str,
        target: str,
        notes: Iterable[Note],
    ) -> None:
        """Counts what was lost or assumed when a platform was told something at that moment: in
        its version, the target, what had come in another."""
        for note in notes:
            key = (platform_id, module, source, target, note.field[:200], note.what.value)
            if key not in self._losses and len(self._losses) >= MOST_ROWS:
                self._given_up += 1
                continue
            _seen(self._losses, key, (note.why, 1, at, at))

    async def write(self, pool: Pool) -> None:
        """Adds what was counted to the tables. Raises psycopg.Error; nothing is lost then."""
        async with self._writing:
            taken = self._take()
            if not any(taken):
                return
            try:
                async with pool.connection() as connection, connection.transaction():
                    for statement, arrays in _additions(*taken):
                        await connection.execute(statement, arrays)
            except BaseException:
                self._put_back(*taken)
                raise
            _publish(taken[2])

    def write_here(self) -> None:
        """As `write`, where no event loop runs: in commands and pages."""
        taken = self._take()
        with transaction.atomic(), django_connection.cursor() as cursor:
            for statement, arrays in _additions(*taken):
                cursor.execute(statement, arrays)
        _publish(taken[2])

    def _take(self) -> tuple[Pairs, Queues, Losses]:
        if self._given_up:
            log.warning("%d counts given up: too much waits to be written", self._given_up)
            self._given_up = 0
        taken = self._pairs, self._queues, self._losses
        self._pairs, self._queues, self._losses = {}, {}, {}
        return taken

    def _put_back(self, pairs: Pairs, queues: Queues, losses: Losses) -> None:
        for key, numbers in pairs.items():
            _add(self._pairs, key, numbers)
        for queue, ended in queues.items():
            _add(self._queues, queue, ended)
        for loss, seen in losses.items():
            _seen(self._losses, loss, seen)


def minute_of(moment: datetime) -> datetime:
    """When its minute began."""
    return moment.replace(second=0, microsecond=0)


def _additions(pairs: Pairs, queues: Queues, losses: Losses) -> Iterator[tuple[str, list[Any]]]:
    """Statements and their arrays: for the tables in this order, and the rows in that of their
    keys. So processes never wait for each other in a circle."""
    totals: dict[tuple[datetime, str], list[float]] = {}
    for (at, from_platform, _, _, outcome), numbers in pairs.items():
        if from_platform != HUB:
            _add(totals, (at, outcome), numbers)
    tables: Sequence[tuple[str, Mapping[Any, Sequence[Any]]]] = (
        (_PAIR, pairs),
        (_TOTAL, totals),
        (_QUEUE, queues),
        (_LOSS, losses),
    )
    for statement, rows in tables:
        keys = sorted(rows)
        for first in range(0, len(keys), BATCH):
            batch = [(*key, *rows[key]) for key in keys[first : first + BATCH]]
            yield statement, [list(column) for column in zip(*batch, strict=True)]


def _publish(losses: Losses) -> None:
    for (_, module, source, target, _, what), (_, times, _, _) in losses.items():
        LOSSES.labels(module, source, target, what).inc(times)


def _add(rows: dict[Any, list[float]], key: Any, numbers: Sequence[float]) -> None:
    row = rows.get(key)
    rows[key] = list(numbers) if row is None else list(map(add, row, numbers))


def _seen(losses: Losses, key: Any, new: tuple[str, int, datetime, datetime]) -> None:
    old = losses.get(key)
    losses[key] = (
        new if old is None else (new[0], old[1] + new[1], min(old[2], new[2]), max(old[3], new[3]))
    )
