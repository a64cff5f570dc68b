"""Nudges for the summaries: read what has changed, count anew."""

from datetime import UTC, datetime

from celery import shared_task

from apps.summaries import scores
from apps.summaries.walk import tidy, walk


@shared_task
def look() -> None:
    """Reads what has changed since the last time."""
    walk(datetime.now(UTC))


@shared_task
def count() -> None:
    """Counts findings and scores."""
    tidy()
    scores.count(datetime.now(UTC))
