"""Nudges: platforms of 2.3.0 are told which parties they reach. The rows are the work."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial

from celery import shared_task

from apps.credentials.naming import due, name
from apps.outbox.tasks import Worker, worker


async def name_all(here: Worker, platform_ids: Iterable[int]) -> None:
    """Begins to tell these platforms, each booked for this worker; none waits for another."""
    for platform_id in platform_ids:
        here.runner.begin(("named", platform_id), partial(tell, here, platform_id))


async def tell(here: Worker, platform_id: int) -> None:
    """Tells one platform; what waited for that goes out then."""
    await name(platform_id, _now())
    await here.wake([platform_id])


@shared_task
def name_parties() -> None:
    if platform_ids := due(_now()):
        worker().runner.run(name_all(worker(), platform_ids))


def _now() -> datetime:
    return datetime.now(UTC)
