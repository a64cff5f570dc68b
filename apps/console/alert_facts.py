"""What an operator may know of alerts, as plain data: for the command line and the pages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asgiref.sync import async_to_sync
from django.db.models import F, QuerySet
from django.utils import timezone

from apps.alerts import deliver, letter
from apps.alerts.conditions import CONDITIONS
from apps.alerts.models import Alert, Kind, Notice

Fact = dict[str, Any]
OPEN_FIRST = (F("ended_at").desc(nulls_first=True), "-raised_at", "-pk")


def raised(rows: QuerySet[Alert]) -> QuerySet[Alert]:
    """Those that were told, open ones first. What has not lasted long enough yet is no alert."""
    told = rows.filter(raised_at__isnull=False)
    return told.order_by(*OPEN_FIRST).prefetch_related("notices")


def alert(row: Alert) -> Fact:
    """One alert, with who was told of it."""
    return {
        "id": row.pk,
        "kind": row.kind,
        "subject": row.subject,
        "about": row.about,
        "text": row.text,
        "advice": advice(row),
        "since": row.since,
        "raised": row.raised_at,
        "ended": row.ended_at,
        "link": letter.link(row),
        "notices": [notice(each) for each in row.notices.all()],
    }


def advice(row: Alert) -> str:
    """What to do about it."""
    return CONDITIONS[Kind(row.kind)].advice


def notice(row: Notice) -> Fact:
    """One notice: what was told, by which channel, and what came of it."""
    return {
        "id": row.pk,
        "event": row.event,
        "channel": row.channel,
        "state": row.state,
        "attempts": row.attempts,
        "booked": row.booked_at,
        "due": row.due_at if row.state == Notice.State.WAITING else None,
        "ended": row.ended_at,
        "answer": row.answer,
    }


def tested(now: datetime) -> Sequence[Notice]:
    """Sends a test notice by every configured channel; what came of each."""
    ids = deliver.book_test(now)
    async_to_sync(deliver.deliver)(timezone.now, ids)
    return list(Notice.objects.filter(pk__in=ids).order_by("pk"))
