"""Pulls asked for by an operator: booked, then done here, or watched while the worker does them.

Whoever holds the platform's lease pulls; the other one looks on. So nothing is pulled twice at
once, and it makes no difference whether a worker runs.
"""

import random
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from apps.modules import registry
from apps.outbox.tasks import Worker
from apps.parties import directory
from apps.parties.models import Platform
from apps.sync import plan, run, tasks
from apps.sync.models import Pull, Source
from apps.sync.sources import lists, switched_on, why_not
from hub.policy.pulling import Kind
from hub.routing.network import Status

SLICE = timedelta(seconds=0.5)
CAUSE = "operator"

Show = Callable[[Sequence[Pull]], None]


class NothingToPull(LookupError):
    """There is no list to pull; the text says why."""


def sources(platform: Platform, module: str) -> list[Source]:
    """The lists of a platform that can be pulled now, of one module or (empty) of all. Raises
    NothingToPull."""
    _check_connected(platform)
    network, now = directory.refresh(), timezone.now()
    modules = switched_on(registry().values(), settings.HUB.pull_modules)
    plan.plan(lists(network, modules), tasks.rhythm(), now, random.random)
    found = Source.objects.filter(platform=platform, active=True).select_related("platform")
    chosen = list(found.filter(module=module) if module else found)
    if not chosen:
        raise NothingToPull(_why_none(platform, module))
    return chosen


def _check_connected(platform: Platform) -> None:
    if platform.status != Status.CONNECTED:
        raise NothingToPull(
            f"{platform.name} is {platform.status}: what is booked goes on when it is CONNECTED"
        )


def _why_none(platform: Platform, module: str) -> str:
    if not module:
        return f"{platform.name} offers no list that the hub pulls"
    described = registry().get(module)
    if described is None:
        return f"there is no module {module!r}; there are: {', '.join(sorted(registry()))}"
    if described not in switched_on(registry().values(), settings.HUB.pull_modules):
        return f"{module} is not pulled: it has no list to keep, or HUB_PULL_MODULES leaves it out"
    network = directory.snapshot()
    why = why_not(network, network.platforms[platform.pk], described)
    return f"{module}: {why or f'no party of {platform.name} may own it'}"


def order(chosen: Sequence[Source], kind: Kind) -> list[Pull]:
    """Books pulls, to be done at once; an open one of the same list counts."""
    now = timezone.now()
    booked = [plan.book(source, kind, CAUSE, now) for source in chosen]
    for pull in booked:
        plan.hurry(pull, now)
    return booked


def carry_out(platform: Platform, chosen: Sequence[Source], kind: Kind, show: Show) -> list[Pull]:
    """Has lists pulled and returns the pulls when all have ended. `show` is told on the way. A
    delta that was under way already is followed by the full pull that was asked for."""
    with _worker() as worker:
        pulls = _until_ended(worker, platform, order(chosen, kind), show)
        if kind is Kind.FULL:
            less = [pull for pull in pulls if pull.kind != Kind.FULL]
            rest = [pull for pull in pulls if pull.kind == Kind.FULL]
            more = order([pull.source for pull in less], kind)
            pulls = rest + _until_ended(worker, platform, more, show)
    return sorted(pulls, key=lambda pull: pull.pk)


def _until_ended(
    worker: Worker, platform: Platform, booked: Sequence[Pull], show: Show
) -> list[Pull]:
    holder, means = str(uuid.uuid4()), tasks.means(worker)
    keys = [pull.pk for pull in booked]
    while True:
        until = timezone.now() + SLICE
        worker.runner.run(run.pull_platform(means, platform.pk, holder, until, only=keys))
        worker.runner.run(worker.recorder.flush())
        pulls = list(Pull.objects.filter(pk__in=keys).select_related("source").order_by("pk"))
        show(pulls)
        if not any(pull.state == Pull.State.OPEN for pull in pulls):
            return pulls
        platform.refresh_from_db(fields=["status"])
        _check_connected(platform)
        time.sleep(max(0.0, (until - timezone.now()).total_seconds()))


@contextmanager
def _worker() -> Iterator[Worker]:
    worker = Worker()
    try:
        yield worker
    finally:
        worker.close()
