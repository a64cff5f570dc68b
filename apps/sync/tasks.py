"""Nudges for the pulls: plans what is due, takes it further for a while, and makes room.

The rows are the work. A task is short, so that deliveries are never kept waiting by a long pull.
"""

import random
from datetime import UTC, datetime, timedelta
from functools import cache

from celery import shared_task
from django.conf import settings

from apps.database import in_thread
from apps.modules import registry
from apps.outbox.tasks import Worker, worker
from apps.parties import directory
from apps.sync import plan, run
from apps.sync.models import Asked, Pull, Seen
from apps.sync.sources import lists, switched_on
from apps.sync.turn import Means
from hub.policy.pulling import Kind, Limits, Rhythm

SLICE = timedelta(seconds=5)


class Puller:
    """What a worker process keeps of pulls: its means, and the version of the directory that it has
    planned for."""

    def __init__(self, worker: Worker, means: Means) -> None:
        self.worker = worker
        self.means = means
        self.planned = -1

    def pull(self) -> bool:
        """Plans, and pulls for a while; returns whether more is due now."""
        return self.worker.runner.run(self._pull())

    async def _pull(self) -> bool:
        await in_thread(self.plan)
        until = self.means.clock() + SLICE
        more = await run.pull_due(self.means, settings.HUB.pull_at_once, until)
        await self.worker.flush()
        return more

    def plan(self) -> None:
        """Books what is due; looks at the lists there are when the directory has changed."""
        directory.refresh_if_changed()
        network, now, means = directory.snapshot(), self.means.clock(), self.means
        if network.version != self.planned:
            modules = switched_on(registry().values(), settings.HUB.pull_modules)
            plan.plan(lists(network, modules), means.rhythm, now, means.jitter)
            self.planned = network.version
        plan.book_due(means.rhythm, now, means.jitter)


def rhythm() -> Rhythm:
    """How often and how far back, as the settings say."""
    hub = settings.HUB
    every = {
        Kind.DELTA: timedelta(minutes=hub.pull_delta_minutes),
        Kind.FULL: timedelta(hours=hub.pull_full_hours),
    }
    return Rhythm(
        {kind: period or None for kind, period in every.items()},
        timedelta(minutes=hub.pull_overlap_minutes),
        timedelta(days=hub.pull_private_days),
        {module: timedelta(days=days) for module, days in hub.keep_days},
    )


def means(worker: Worker) -> Means:
    """What this process pulls with."""
    hub = settings.HUB
    return Means(
        worker.pool,
        worker.picture,
        worker.client.send,
        _now,
        random.random,
        worker.recorder,
        rhythm(),
        Limits(hub.pull_max_pages, hub.pull_max_objects, hub.pull_max_bytes),
    )


@cache
def puller() -> Puller:
    """This process's puller; made at its first task, after the fork."""
    return Puller(worker(), means(worker()))


@shared_task
def pull() -> None:
    if puller().pull():
        pull.delay()


@shared_task
def prune() -> None:
    """Removes pulls older than the message log, and what a removed platform left behind."""
    before = _now() - timedelta(days=settings.HUB.log_days)
    Pull.objects.filter(ended_at__lt=before).delete()
    for leftover in (Asked, Seen):
        leftover.objects.exclude(pull_id__in=Pull.objects.values("pk")).delete()


def _now() -> datetime:
    return datetime.now(UTC)
