"""A nudge for the counters: roll up what is older than a day, remove what is old."""

from datetime import UTC, datetime, timedelta

from celery import shared_task
from django.conf import settings

from apps.counts import rolling


@shared_task
def roll_up() -> None:
    now = datetime.now(UTC)
    rolling.roll_up(now)
    rolling.prune(now - timedelta(days=settings.HUB.log_days * rolling.LONGER_THAN_LOG))
