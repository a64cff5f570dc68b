"""Nudges for the message log: make tomorrow's partition, drop those that are too old, forget the
drivers."""

from datetime import UTC, datetime

from celery import shared_task
from django.conf import settings

from apps.traffic import partitions, personal


@shared_task
def turn_the_day() -> None:
    today = datetime.now(UTC).date()
    partitions.make(today)
    partitions.prune(today, settings.HUB.log_days)
    personal.forget(today, settings.HUB.personal_days)
