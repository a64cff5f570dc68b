"""Nudges for the outbox: a task names lanes, the rows are the work."""

import asyncio
import gc
import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache, partial

from celery import shared_task
from celery.signals import worker_process_shutdown
from django.conf import settings
from django.db import DatabaseError
from psycopg import Error

from apps import database
from apps.background import Background
from apps.database import in_thread
from apps.outbox import depth, lane, personal
from apps.outbox.crew import Crew
from apps.outbox.drain import Means, drain
from apps.outbox.lanes import Lanes
from apps.outbox.models import Delivery, Payload
from apps.outbox.room import WINDOWS, Room
from apps.outbox.spoken import Speaker
from apps.outbox.together import Together
from apps.parties import directory, signs
from apps.parties.signs import Signs
from apps.traffic.personal import modules
from apps.traffic.recorder import Recorder
from apps.transport.client import Client
from hub.routing.network import Network

# What is cut off in the middle is tried again when its lease has run out.
PATIENCE_SECONDS = 3.0
SIGNS_SECONDS = 1.0
log = logging.getLogger(__name__)


class Worker:
    """What a worker process keeps for its life: one event loop, one client, one database pool."""

    def __init__(self) -> None:
        self.runner = Background("worker")
        self.pool = database.pool()
        self.signs = Signs(_now)
        self.client = Client(
            settings.HUB.egress_allow,
            settings.HUB.max_answer_bytes,
            settings.HUB.max_in_flight,
            self.signs.outcome,
        )
        self.recorder = Recorder(self.pool)
        self.picture = partial(Together(self._picture), None)
        self.means = Means(
            self.pool,
            Lanes(self.pool),
            self.picture,
            self.client.send,
            _now,
            self.recorder,
            Crew(),
            Room(WINDOWS),
            Speaker(self.pool),
            nudged=set(),
        )
        self._stop = asyncio.Event()
        self.runner.run(self.pool.open())
        # What is there now stays: the collector need not look at it again and again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)

    def close(self) -> None:
        """Lets windows that are under way end, and gives everything back; the worker cannot be
        used afterwards."""
        self.runner.run(self._say_stop())
        self.runner.finish(PATIENCE_SECONDS)
        self.runner.run(self._close())
        self.runner.close()

    async def _say_stop(self) -> None:
        self._stop.set()

    async def _close(self) -> None:
        await self.flush()
        await self.client.close()
        await self.pool.close()

    def drain(self, platform_id: int) -> int:
        """Drains a lane until nothing is due, and writes what it saw; the number of attempts."""
        attempts = self.runner.run(self._drain(platform_id))
        self.runner.run(self.flush())
        return attempts

    def start(self, platform_ids: Iterable[int]) -> None:
        """Begins to drain those lanes in which something waits, side by side, and does not wait.
        One that is drained already is left alone: whoever has it looks again after letting go."""
        self.runner.run(self.wake(list(platform_ids)))

    async def wake(self, platform_ids: list[int]) -> None:
        """The same, from this worker's loop. A burst of pushes names the same lanes again and
        again: nothing is asked about those that are being drained here, which look before they
        end."""
        self.runner.begin("log", partial(self.recorder.run, self._stop))
        self.runner.begin("signs", self._write_signs)
        others = [each for each in platform_ids if not self.runner.has(each)]
        self.means.nudged.update(set(platform_ids).difference(others))
        if not others:
            return
        async with self.pool.connection() as connection:
            idle = await lane.idle(connection, others, _now())
        for platform_id in idle:
            self.runner.begin(platform_id, partial(self._drain, platform_id))

    async def _drain(self, platform_id: int) -> int:
        return await drain(platform_id, self.means)

    async def _picture(self, lanes: Sequence[None]) -> Sequence[Network]:
        """The network as it is now, with what failed in this process: asked before each window, so
        that a platform that went away gets no more than the one under way."""
        if self.signs.pressing:
            await signs.write_beside(self.pool, self.signs.take())
        async with self.pool.connection() as connection:
            version = await lane.version(connection)
        if not directory.is_current(version):
            await in_thread(directory.refresh)
        return [directory.snapshot()] * len(lanes)

    async def _write_signs(self) -> None:
        """Writes signs of life each second, until it is told to stop."""
        while not self._stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), SIGNS_SECONDS)
            try:
                await signs.write_beside(self.pool, self.signs.take())
            except (DatabaseError, Error) as error:  # those of the next second say the same
                log.warning("signs of life not written: %s", type(error).__name__)

    async def flush(self) -> None:
        """Writes what was collected: rows of the message log, signs of life."""
        await self.recorder.flush()
        await signs.write_beside(self.pool, self.signs.take())

    def due(self) -> list[int]:
        """The platforms that have something due."""
        return self.runner.run(self._due())

    async def _due(self) -> list[int]:
        async with self.pool.connection() as connection:
            return list(await lane.due_platforms(connection, _now()))


@cache
def worker() -> Worker:
    """This process's worker; made at its first task, after the fork."""
    return Worker()


@worker_process_shutdown.connect
def _close(**_: object) -> None:
    if worker.cache_info().currsize:
        worker().close()


@shared_task
def drain_lanes(platform_ids: list[int]) -> None:
    worker().start(platform_ids)


@shared_task
def sweep() -> None:
    """Wakes lanes that are due: it repairs lost nudges and starts retries."""
    worker().start(worker().due())


@shared_task
def sample() -> None:
    """Notes how much waits, for the counters."""
    depth.sample(_now())


@shared_task
def prune() -> None:
    """Removes delivery records older than the message log, and payloads without deliveries; in
    younger ones nothing is left of drivers."""
    before = _now() - timedelta(days=settings.HUB.log_days)
    ended = Delivery.objects.filter(created_at__lt=before).exclude(state=Delivery.State.WAITING)
    ended.delete()
    Payload.objects.filter(created_at__lt=before, deliveries=None).delete()
    personal.forget(modules(), _now() - timedelta(days=settings.HUB.personal_days))


def _now() -> datetime:
    return datetime.now(UTC)
