"""Compares what holds now with the alerts that are open, and books who is to be told.

A condition is raised when it has held for HOLD, and is over when it has not been seen for HOLD. So
what comes and goes within that time is told to nobody, and what goes and comes is one alert.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum

from django.db import connection, transaction

from apps.alerts.channels import configured
from apps.alerts.conditions import CONDITIONS, Found
from apps.alerts.models import Alert, Kind, Notice

HOLD = timedelta(seconds=60)
Key = tuple[str, str]
SHOWN = ("about", "text", "path", "seen_at", "raised_at", "ended_at")


class Change(Enum):
    """What becomes of an open alert at one look."""

    STAYS = "stays"
    RAISED = "raised"
    OVER = "over"
    FORGOTTEN = "forgotten"


def change(alert: Alert, holds: bool, now: datetime) -> Change:
    """What becomes of an open alert whose condition holds now, or does not."""
    if alert.raised_at is None:
        if not holds:
            return Change.FORGOTTEN
        return Change.RAISED if alert.since <= now - HOLD else Change.STAYS
    return Change.STAYS if holds or alert.seen_at > now - HOLD else Change.OVER


def look(now: datetime) -> int:
    """Opens, raises and ends alerts as things are now; returns how many changes are to be told.
    While another process looks it does nothing."""
    with transaction.atomic():
        if not _alone():
            return 0
        return _settle(_found(now), now)


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('alerts'))")
        return bool(cursor.fetchone()[0])


def _found(now: datetime) -> dict[Key, Found]:
    return {
        (kind.value, found.subject): found
        for kind, condition in CONDITIONS.items()
        for found in condition.look(now)
    }


def _settle(found: Mapping[Key, Found], now: datetime) -> int:
    known = {(row.kind, row.subject): row for row in Alert.objects.filter(ended_at=None)}
    Alert.objects.bulk_create(
        Alert(kind=key[0], subject=key[1], since=now, seen_at=now, **_words(each))
        for key, each in found.items()
        if key not in known
    )
    became: dict[Change, list[Alert]] = {each: [] for each in Change}
    for key, row in known.items():
        what = change(row, key in found, now)
        became[what].append(row)
        _bring_up_to_date(row, found.get(key), what, now)
    Alert.objects.filter(pk__in=[row.pk for row in became[Change.FORGOTTEN]]).delete()
    for what in (Change.STAYS, Change.RAISED, Change.OVER):
        Alert.objects.bulk_update(became[what], SHOWN, batch_size=500)
    _book(became[Change.RAISED], Notice.Event.RAISED, now)
    _book(became[Change.OVER], Notice.Event.OVER, now)
    return len(became[Change.RAISED]) + len(became[Change.OVER])


def _bring_up_to_date(row: Alert, found: Found | None, what: Change, now: datetime) -> None:
    if found is not None:
        words = _words(found)
        row.about, row.text, row.path = words["about"], words["text"], words["path"]
        row.seen_at = now
    if what is Change.RAISED:
        row.raised_at = now
    if what is Change.OVER:
        row.ended_at = now


def _words(found: Found) -> dict[str, str]:
    """What an alert shows of its condition, each on one line."""
    return {
        "about": _line(found.about)[:200],
        "text": _line(found.text),
        "path": found.path,
    }


def _line(text: str) -> str:
    """Text, some of it a partner's, as one line without anything that a terminal would obey."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _book(alerts: list[Alert], event: Notice.Event, now: datetime) -> None:
    """A notice for each channel, in the transaction of the change."""
    Notice.objects.bulk_create(
        Notice(
            alert=alert,
            event=event,
            channel=channel,
            text=alert.text if event is Notice.Event.RAISED else CONDITIONS[Kind(alert.kind)].over,
            booked_at=now,
            due_at=now,
        )
        for alert in alerts
        for channel in configured()
    )
