"""Nudges: platforms of 2.3.0 are told which parties they reach. The rows are the work."""

import asyncio
import logging
from datetime import UTC, datetime

from celery import shared_task

from apps.credentials.naming import due, name
from apps.database import in_thread
from apps.outbox.tasks import worker

log = logging.getLogger(__name__)


async def name_all() -> None:
    """Tells every platform whose turn it is, side by side."""
    booked = await in_thread(due, _now())
    results = await asyncio.gather(*(name(each, _now()) for each in booked), return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):  # booked already: the next attempt comes by itself
            log.error("telling of parties broke off", exc_info=result)


@shared_task
def name_parties() -> None:
    worker().runner.start("credentials", name_all())


def _now() -> datetime:
    return datetime.now(UTC)
