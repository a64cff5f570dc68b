"""The Celery application: what it may be told, and the table of what happens when.

A message is a nudge; the work is a row. So results are ignored, and a nudge lost or repeated does
no harm.
"""

import os
import warnings
from typing import Any

import redis
from celery import Celery
from celery.signals import worker_ready
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

WORKER_SEEN = "hub:worker-seen"
WORKER_SEEN_SECONDS = 20

# task, every so many seconds
NUDGES: dict[str, float] = {
    "config.celery.worker_seen": 5,
    "apps.outbox.tasks.sweep": 2,
    "apps.hubclientinfo.tasks.announce": 2,
    "apps.hubclientinfo.tasks.catch_up": 2,
    "apps.credentials.tasks.name_parties": 2,
    "apps.hubclientinfo.tasks.check": 5,
    "apps.alerts.tasks.look": 15,
    "apps.store.tasks.fold": 60,
    "apps.store.tasks.settle": 5,
    "apps.store.tasks.look_at_versions": 60,
    "apps.summaries.tasks.look": 15,
    "apps.summaries.tasks.count": 300,
    "apps.sync.tasks.pull": 5,
    "apps.store.tasks.prune": 3600,
    "apps.outbox.tasks.prune": 3600,
    "apps.sync.tasks.prune": 3600,
    "apps.hubclientinfo.tasks.prune": 3600,
    "apps.alerts.tasks.prune": 3600,
    "apps.traffic.tasks.turn_the_day": 3600,
    "apps.outbox.tasks.sample": 30,
    "apps.counts.tasks.roll_up": 3600,
}

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
    beat_schedule={
        task: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
        for task, seconds in NUDGES.items()
    },
)
app.set_default()
app.autodiscover_tasks()

# Running as root is supported; Celery's reason against it is pickle, which is not accepted here.
warnings.filterwarnings("ignore", message="(?s).*superuser privileges")


# Running tasks are left to end when Redis goes away: they work from rows, not from the message.
warnings.filterwarnings("ignore", message="(?s).*worker_cancel_long_running_tasks_on_connection")


@app.task(name="config.celery.worker_seen")
def worker_seen() -> None:
    """Proof that beat beats and a worker works; /readyz looks for it."""
    with redis.Redis.from_url(settings.REDIS_URL) as connection:
        connection.set(WORKER_SEEN, "1", ex=WORKER_SEEN_SECONDS)


@worker_ready.connect
def say_at_once(**_: Any) -> None:
    worker_seen()
