"""Sends notices: the next attempt is booked before each, so a crash is already a retry.

What is due on one channel at one time goes out together, as one message.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from apps.alerts.channels import CHANNELS, configured
from apps.alerts.errors import NotTaken
from apps.alerts.models import Alert, Notice
from apps.database import in_thread

Clock = Callable[[], datetime]
State = Notice.State
# After so many minutes it is tried again, the last number again and again. The first is longer
# than any attempt takes.
BACK_OFF_MINUTES = (2, 5, 10, 30, 60)
GIVE_UP = timedelta(hours=24)
MOST = 50
TEST = "This is a test. Nothing is wrong."
log = logging.getLogger(__name__)


def book_test(now: datetime) -> list[int]:
    """Books a test notice on every configured channel; their ids."""
    return [
        Notice.objects.create(
            event=Notice.Event.TEST, channel=channel, text=TEST, booked_at=now, due_at=now
        ).pk
        for channel in configured()
    ]


async def deliver(clock: Clock, only: Sequence[int] | None = None) -> None:
    """Sends what is due, channels side by side; `only` narrows by id."""
    await asyncio.gather(*(_drain(channel, clock, only) for channel in CHANNELS))


async def _drain(channel: str, clock: Clock, only: Sequence[int] | None) -> None:
    while notices := await in_thread(book, channel, clock(), only):
        state, answer = await _sent(channel, notices)
        await in_thread(record, notices, state, answer, clock())


async def _sent(channel: str, notices: Sequence[Notice]) -> tuple[State, str]:
    if not CHANNELS[channel].configured():
        return State.GIVEN_UP, "the channel is not configured any more"
    try:
        return State.SENT, await CHANNELS[channel].send(notices)
    except NotTaken as error:
        log.warning("alerts not sent by %s: %s", channel, error)
        return State.WAITING, str(error)


def book(channel: str, now: datetime, only: Sequence[int] | None = None) -> list[Notice]:
    """The next notices of a channel, oldest first, their next attempts booked. That something is
    over is not told before that it began."""
    before = Notice.objects.filter(
        state=State.WAITING,
        channel=channel,
        alert=OuterRef("alert"),
        pk__lt=OuterRef("pk"),
        due_at__gt=now,
    )
    with transaction.atomic():
        _lock(channel)
        due = Notice.objects.filter(state=State.WAITING, channel=channel, due_at__lte=now)
        due = due.exclude(Exists(before)).select_related("alert").order_by("pk")
        if only is not None:
            due = due.filter(pk__in=only)
        rows = list(due[:MOST])
        for row in rows:
            row.attempts += 1
            minutes = BACK_OFF_MINUTES[min(row.attempts, len(BACK_OFF_MINUTES)) - 1]
            row.due_at = now + timedelta(minutes=minutes)
        Notice.objects.bulk_update(rows, ("attempts", "due_at"))
    return rows


def _lock(channel: str) -> None:
    """One process books at a time; the lock is not kept while it sends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('notices'), hashtext(%s))", [channel])


def record(notices: Sequence[Notice], state: State, answer: str, now: datetime) -> None:
    """Writes what came of an attempt. What was not taken waits on, until it is too old."""
    rows = Notice.objects.filter(pk__in=[notice.pk for notice in notices], state=State.WAITING)
    rows.update(answer=answer[:200])
    if state is not State.WAITING:
        rows.update(state=state, ended_at=now)
        return
    if given_up := rows.filter(booked_at__lte=now - GIVE_UP).update(
        state=State.GIVEN_UP, ended_at=now
    ):
        log.error("%d alerts given up on %s: %s", given_up, notices[0].channel, answer)


def prune(now: datetime) -> None:
    """Removes alerts and notices older than the message log, but none that are open."""
    before = now - timedelta(days=settings.HUB.log_days)
    Alert.objects.filter(ended_at__lt=before).delete()
    Notice.objects.filter(alert=None, booked_at__lt=before).delete()
