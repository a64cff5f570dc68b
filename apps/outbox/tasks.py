"""Nudges for the outbox: a task names lanes, the rows are the work."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache

from celery import shared_task
from celery.signals import worker_process_shutdown
from django.conf import settings

from apps import database
from apps.background import Background
from apps.database import in_thread
from apps.outbox import lane, personal
from apps.outbox.drain import drain
from apps.outbox.models import Delivery, Payload
from apps.parties import directory, signs
from apps.parties.signs import Signs
from apps.traffic.personal import modules
from apps.traffic.recorder import Recorder
from apps.transport.client import Client
from hub.routing.network import Network

# What is cut off in the middle is tried again when its lease has run out.
PATIENCE_SECONDS = 3.0


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
        self.runner.run(self.pool.open())

    def close(self) -> None:
        """Lets windows that are under way end, and gives everything back; the worker cannot be
        used afterwards."""
        self.runner.finish(PATIENCE_SECONDS)
        self.runner.run(self._close())
        self.runner.close()

    async def _close(self) -> None:
        await self.client.close()
        await self.pool.close()

    def drain(self, platform_id: int) -> int:
        """Drains a lane until nothing is due; the number of attempts."""
        return self.runner.run(self._drain(platform_id))

    def start(self, platform_ids: Iterable[int]) -> None:
        """Begins to drain lanes, side by side, and does not wait."""
        for platform_id in platform_ids:
            self.runner.start(platform_id, self._drain(platform_id))

    async def _drain(self, platform_id: int) -> int:
        attempts = await drain(
            platform_id, self.pool, self.picture, self.client.send, _now, self.recorder
        )
        await self.flush()
        return attempts

    async def picture(self) -> Network:
        """The network as it is now, with what this process has seen of it: asked before each
        window, so that a platform that went away gets no more than the one under way."""
        await in_thread(signs.write, self.signs.take())
        await in_thread(directory.refresh_if_changed)
        return directory.snapshot()

    async def flush(self) -> None:
        """Writes what was collected: rows of the message log, signs of life."""
        await self.recorder.flush()
        await in_thread(signs.write, self.signs.take())

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
