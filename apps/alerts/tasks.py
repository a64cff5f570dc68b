"""Nudges: look what needs a person, and tell it. The rows are the work."""

from datetime import UTC, datetime

from celery import shared_task

from apps.alerts import deliver
from apps.alerts import look as looking
from apps.outbox.tasks import worker


@shared_task
def look() -> None:
    """Sending goes on in the background, so that no slow mail server holds up a worker."""
    looking.look(_now())
    worker().runner.start("alerts", deliver.deliver(_now))


@shared_task
def prune() -> None:
    deliver.prune(_now())


def _now() -> datetime:
    return datetime.now(UTC)
