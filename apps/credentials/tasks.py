"""Nudges: platforms of 2.3.0 are told which parties they reach. The rows are the work."""

from datetime import UTC, datetime
from functools import partial

from celery import shared_task

from apps.credentials.naming import due, name
from apps.database import in_thread
from apps.outbox.tasks import Worker, worker


async def name_all(here: Worker) -> None:
    """Begins to tell every platform whose turn it is; none waits for another."""
    for platform_id in await in_thread(due, _now()):
        here.runner.begin(("named", platform_id), partial(tell, here, platform_id))


async def tell(here: Worker, platform_id: int) -> None:
    """Tells one platform; what waited for that goes out then."""
    await name(platform_id, _now())
    await here.wake([platform_id])


@shared_task
def name_parties() -> None:
    worker().runner.start("credentials", name_all(worker()))


def _now() -> datetime:
    return datetime.now(UTC)
