"""Books pulls: for lists that are new, for platforms that came back, and by the rhythm.

A platform's `status_since` tells of a return: whoever connects it, sync finds a later moment than
the one it knows. Every due time is a row; nothing here calls a platform.
"""

import uuid
from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from apps.parties.models import Platform
from apps.sync.models import Pull, Source
from apps.sync.sources import Listed
from hub.policy.pulling import Kind, Rhythm, next_due
from hub.routing.network import Status

DUE = {Kind.FULL: "full_due_at", Kind.DELTA: "delta_due_at"}
Jitter = Callable[[], float]


def plan(lists: Iterable[Listed], rhythm: Rhythm, now: datetime, jitter: Jitter) -> None:
    """Brings the sources in step with the lists there are, and books a pull of each whose platform
    has connected since the last look."""
    connected = {
        row.pk: (row.status_since, row.status_cause)
        for row in Platform.objects.filter(status=Status.CONNECTED)
    }
    wanted = set(lists)
    known = {Listed(s.platform_id, s.module, s.party): s for s in Source.objects.all()}
    for listed in sorted(wanted - known.keys()):
        if listed.platform_id in connected:
            since, cause = connected[listed.platform_id]
            _add(listed, since, cause, now)
    for listed, source in known.items():
        with transaction.atomic():
            if source.active != (listed in wanted):
                Source.objects.filter(pk=source.pk).update(active=listed in wanted)
            if listed not in wanted or listed.platform_id not in connected:
                continue
            since, cause = connected[listed.platform_id]
            is_back = Source.objects.filter(pk=source.pk, connected_since__lt=since)
            if is_back.update(connected_since=since) or not source.active:
                book(source, Kind.DELTA, cause or "connected", now)
    _keep_rhythm(rhythm, now, jitter)


def _add(listed: Listed, since: datetime, cause: str, now: datetime) -> None:
    with transaction.atomic():
        source, made = Source.objects.get_or_create(
            platform_id=listed.platform_id,
            module=listed.module,
            party=listed.party,
            defaults={"connected_since": since},
        )
        if made:
            book(source, Kind.FULL, cause or "connected", now)


def _keep_rhythm(rhythm: Rhythm, now: datetime, jitter: Jitter) -> None:
    """Gives every source the due times that the settings ask for, and takes away the others."""
    for kind, column in DUE.items():
        every = rhythm.every[kind]
        if every is None:
            Source.objects.exclude(**{column: None}).update(**{column: None})
            continue
        latest = next_due(every, now, jitter=1)
        without = Q(**{column: None}) | Q(**{f"{column}__gt": latest})
        for source in Source.objects.filter(without):
            setattr(source, column, next_due(every, now, jitter()))
            source.save(update_fields=[column])


def book_due(rhythm: Rhythm, now: datetime, jitter: Jitter) -> None:
    """Books the pulls whose time has come, and their next time with it."""
    for kind, column in DUE.items():
        every = rhythm.every[kind]
        if every is None:
            continue
        due = Q(**{f"{column}__lte": now})
        connected = Q(active=True, platform__status=Status.CONNECTED)
        for source in Source.objects.filter(due, connected):
            with transaction.atomic():
                mine = Source.objects.filter(due, pk=source.pk)
                if mine.update(**{column: next_due(every, now, jitter())}):
                    book(source, kind, "schedule", now)


def book(source: Source, kind: Kind, cause: str, now: datetime) -> Pull:
    """The open pull of a source, a new one where there is none. A list that was never pulled to
    its end is pulled in full, and a pull that has not begun becomes the fuller of the two."""
    if source.synced_from is None:
        kind = Kind.FULL
    pull, made = Pull.objects.get_or_create(
        source=source,
        state=Pull.State.OPEN,
        defaults={
            "kind": kind,
            "cause": cause[:100],
            "correlation_id": str(uuid.uuid4()),
            "created_at": now,
            "due_at": now,
            "touched_at": now,
        },
    )
    if made:
        Source.objects.filter(pk=source.pk).update(latest=pull)
    elif kind is Kind.FULL:
        Pull.objects.filter(pk=pull.pk, started_at=None).update(kind=kind)
    return pull


def hurry(pull: Pull, now: datetime) -> None:
    """Lets a pull that waits to try again try now."""
    Pull.objects.filter(pk=pull.pk, state=Pull.State.OPEN).update(due_at=now)
