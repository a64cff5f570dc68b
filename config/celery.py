"""The Celery application: what it may be told, and the table of what happens when.

A message is a nudge; the work is a row. So results are ignored, and a nudge lost or repeated does
no harm.
"""

import logging
import os
import warnings
from typing import Any

import redis
from celery import Celery
from celery.signals import worker_ready
from django.conf import settings
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

WORKER_SEEN = "hub:worker-seen"
WORKER_SEEN_SECONDS = 20

# Every so many seconds one message: a worker does these in their order. Each is short while there
# is nothing to do. What takes longer when there is much to do is last, or before what can wait.
TOGETHER: dict[float, tuple[str, ...]] = {
    2: (
        "apps.outbox.tasks.sweep",
        "apps.credentials.tasks.name_parties",
        "apps.hubclientinfo.tasks.announce",
        "apps.hubclientinfo.tasks.catch_up",
    ),
    5: (
        # First, so that /readyz hears that workers work, and not how long the others take.
        "config.celery.worker_seen",
        "apps.hubclientinfo.tasks.check",
        "apps.store.tasks.settle",
    ),
    15: (
        "apps.alerts.tasks.look",
        "apps.summaries.tasks.look",
    ),
}
# Task, every so many seconds, in a message of its own: these take seconds, or are rare.
ALONE: dict[str, float] = {
    "apps.sync.tasks.pull": 5,
    "apps.outbox.tasks.sample": 30,
    "apps.store.tasks.fold": 60,
    "apps.store.tasks.look_at_versions": 60,
    "apps.summaries.tasks.count": 300,
    "apps.store.tasks.prune": 3600,
    "apps.outbox.tasks.prune": 3600,
    "apps.sync.tasks.prune": 3600,
    "apps.hubclientinfo.tasks.prune": 3600,
    "apps.alerts.tasks.prune": 3600,
    "apps.traffic.tasks.turn_the_day": 3600,
    "apps.counts.tasks.roll_up": 3600,
}

log = logging.getLogger(__name__)


def every(seconds: float, task: str, *arguments: Any) -> dict[str, Any]:
    """An entry of beat's schedule. What nobody has begun when the next one comes is dropped."""
    options = {"expires": seconds}
    return {"task": task, "args": arguments, "schedule": seconds, "options": options}


app = Celery("hub")
app.conf.update(
    # Celery has its own spelling of a Unix socket.
    broker_url=settings.REDIS_URL.replace("unix://", "redis+socket://", 1),
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # for ever: giving up would need an operator
    broker_transport_options={"visibility_timeout": 300, "socket_connect_timeout": 5},
    accept_content=["json"],
    task_serializer="json",
    task_default_queue="hub",
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_enable_remote_control=False,
    worker_hijack_root_logger=False,
    timezone="UTC",
    result_expires=None,  # there are none, so beat need not have them cleaned up
    beat_schedule={
        f"every {seconds} s": every(seconds, "config.celery.in_turn", tasks)
        for seconds, tasks in TOGETHER.items()
    }
    | {task: every(seconds, task) for task, seconds in ALONE.items()},
)
app.set_default()
app.autodiscover_tasks()

# Running as root is supported; Celery's reason against it is pickle, which is not accepted here.
warnings.filterwarnings("ignore", message="(?s).*superuser privileges")


# Running tasks are left to end when Redis goes away: they work from rows, not from the message.
warnings.filterwarnings("ignore", message="(?s).*worker_cancel_long_running_tasks_on_connection")


@app.task(name="config.celery.in_turn")
def in_turn(tasks: list[str]) -> None:
    """Does tasks, by name, one after the other on one connection to the database; the error of one
    is logged, and the next has its turn."""
    for task in tasks:
        try:
            app.tasks[task]()
        except Exception:
            log.exception("Task %s raised", task)
            connections.close_all()  # the next one opens another: this one may be broken


@app.task(name="config.celery.worker_seen")
def worker_seen() -> None:
    """Proof that beat beats and a worker works; /readyz looks for it."""
    with redis.Redis.from_url(settings.REDIS_URL) as connection:
        connection.set(WORKER_SEEN, "1", ex=WORKER_SEEN_SECONDS)


@worker_ready.connect
def say_at_once(**_: Any) -> None:
    worker_seen()
