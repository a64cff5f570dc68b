"""Nudges: platforms are told what is new, asked whether they are there, caught up after a return,
given what a new agreement lets them have.

The rows are the work. Checks run in the background, so that no slow platform holds up a worker.
"""

from datetime import UTC, datetime, timedelta

from celery import shared_task
from django.conf import settings
from django.db.models import F

from apps.database import in_thread
from apps.hubclientinfo import announce as news
from apps.hubclientinfo import catch_up as catching
from apps.hubclientinfo import check as checks
from apps.hubclientinfo import present
from apps.hubclientinfo.ask import Means
from apps.hubclientinfo.models import CatchUp, Present
from apps.outbox.tasks import Worker, worker
from apps.parties import directory
from apps.parties.models import StatusChange


def silence() -> timedelta | None:
    """How long a platform may be silent; None when it is not asked."""
    return timedelta(minutes=settings.HUB.still_alive_minutes) or None


async def ask_all(here: Worker) -> None:
    """Asks every platform whose check is due."""
    means = Means(here.client.send, _now, here.recorder.add)
    while booked := await in_thread(checks.book, silence(), _now()):
        await in_thread(directory.refresh_if_changed)
        await checks.check_all(means, booked)
    await here.flush()


@shared_task
def announce() -> None:
    worker().start(news.announce(_now()))


@shared_task
def check() -> None:
    worker().runner.start("checks", ask_all(worker()))


@shared_task
def catch_up() -> None:
    for pk in catching.due(_now()):
        platform_id = catching.catch_up(pk, _now())
        if platform_id is not None:
            worker().start([platform_id])
    worker().start(present.give(_now()))


@shared_task
def prune() -> None:
    """Removes history older than the message log, but for what says how things are now."""
    before = _now() - timedelta(days=settings.HUB.log_days)
    old = StatusChange.objects.filter(at__lt=before).filter(at__lt=F("platform__status_since"))
    fresh = StatusChange.objects.filter(announced_at=None)
    old.exclude(platform__in=fresh.values("platform")).delete()
    CatchUp.objects.filter(ended_at__lt=before).delete()
    Present.objects.filter(ended_at__lt=before).delete()


def _now() -> datetime:
    return datetime.now(UTC)
