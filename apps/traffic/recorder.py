"""Writes the message log and the counts in batches, beside the traffic and never in its way.

Rows wait in memory and are written by COPY a few times a second. When the database cannot keep up
the buffer gives up bodies first, then whole rows, and counts both. A row that the database does
not take is given up alone: it must not hold up those behind it.
"""

import asyncio
import logging
import time
from collections import deque
from contextlib import suppress

from psycopg import DataError, Error, sql

from apps.counts.collect import HUB, Counts
from apps.database import Pool
from apps.traffic import metrics
from apps.traffic.record import COLUMNS, Row, columns

BATCH = 2_000
# Rows that are written before messages have their turn, and the part of those that wait besides.
SLICE = 50
PART = 20
EVERY_SECONDS = 0.25
COUNTS_EVERY_SECONDS = 2.0
BODIES_UP_TO = 10_000
ROWS_UP_TO = 50_000

_COPY = sql.SQL("COPY traffic_leg ({}) FROM STDIN (FORMAT BINARY)").format(
    sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
)
_TYPES = list(COLUMNS.values())
log = logging.getLogger(__name__)


class Recorder:
    """The buffer of one process. `add` never waits; `run` writes until it is told to
    stop, `flush` writes what there is. `counts` is written by both, by `run` less often."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.counts = Counts()
        self._rows: deque[Row] = deque()
        self._most = BATCH
        self._writing = asyncio.Lock()

    def add(self, row: Row, *, counted: bool = False) -> None:
        """Takes a row; drops its bodies when the buffer is long, and itself when it is full. It
        is a request of the hub's own, and counted as such, unless it is `counted` already: with
        the message that it belongs to."""
        if not counted:
            count_own(self.counts, row)
        waiting = len(self._rows)
        if waiting >= ROWS_UP_TO:
            metrics.TALLY.dropped("row")
            return
        if waiting >= BODIES_UP_TO and (row.request_body or row.answer_body):
            row.request_body = row.answer_body = None
            metrics.TALLY.dropped("body")
        self._rows.append(row)

    async def run(self, stop: asyncio.Event) -> None:
        """Writes batches until told to stop; never breaks off in the middle of one."""
        counted = 0.0
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY_SECONDS)
            metrics.TALLY.publish()
            try:
                await self._write_rows()
                if time.monotonic() - counted >= COUNTS_EVERY_SECONDS:
                    await self.counts.write(self._pool)
                    counted = time.monotonic()
            except (Error, TimeoutError) as error:
                # The rows are still waiting; the next round tries again.
                log.warning("message log not written: %s", type(error).__name__)
            except Exception:  # whatever it was, the next round must come
                log.exception("message log not written")

    async def relieve(self) -> None:
        """Writes when much waits: for whoever adds rows as fast as it can, and may wait for it.
        Raises psycopg.Error."""
        if len(self._rows) > BATCH:
            await self._write_rows()

    async def flush(self) -> None:
        """Writes everything that waits. Raises psycopg.Error; nothing is lost then."""
        try:
            await self._write_rows()
        finally:
            metrics.TALLY.publish()
        await self.counts.write(self._pool)

    async def _write_rows(self) -> None:
        async with self._writing:
            while self._rows:
                batch = [self._rows.popleft() for _ in range(min(self._most, len(self._rows)))]
                try:
                    await self._write(batch)
                except (DataError, ValueError) as error:
                    self._halve(batch, error)
                except BaseException:
                    self._rows.extendleft(reversed(batch))
                    raise
                else:
                    self._most = min(BATCH, 2 * self._most)

    def _halve(self, batch: list[Row], error: Exception) -> None:
        """Puts a batch back that the database did not take, for the row that is wrong to be found
        by halves; one row alone is given up."""
        if len(batch) == 1:
            metrics.TALLY.dropped("refused")
            log.error("a row of the message log was refused: %s", type(error).__name__)
            return
        self._rows.extendleft(reversed(batch))
        self._most = len(batch) // 2

    async def _write(self, batch: list[Row]) -> None:
        async with (
            self._pool.connection() as connection,
            connection.cursor() as cursor,
            cursor.copy(_COPY) as copy,
        ):
            copy.set_types(_TYPES)
            size = slice_size(len(batch) + len(self._rows))
            for number, row in enumerate(batch, start=1):
                await copy.write_row(columns(row))
                if number % size == 0:
                    await asyncio.sleep(0)  # messages go first


def slice_size(waiting: int) -> int:
    """How many rows are written before messages have their turn. More when many wait: messages must
    not outrun the log that they are written to."""
    return SLICE + waiting // PART


def count_own(counts: Counts, row: Row) -> None:
    """Counts a request of the hub itself, all of whose time was the platform's."""
    counts.message(
        row.at, HUB, row.platform_id or HUB, row.module, row.outcome, partner_ms=row.milliseconds
    )
