"""Still-alive checks: asks platforms that were silent, and those that are OFFLINE, for versions.

When to ask and what an answer proves is in hub.policy.liveness. A check is booked by a conditional
update with an expiry, so a platform is asked once however many workers there are.
spec: mod_hub_client_info_still_alive_check
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from apps.database import in_thread
from apps.hubclientinfo.ask import Means, ask
from apps.parties import directory, signs
from apps.parties.models import Liveness, StatusChange
from apps.parties.models import Platform as Row
from apps.parties.platforms import set_status
from apps.traffic import metrics
from hub.ocpi.message import Answer
from hub.ocpi.status import OcpiError
from hub.policy import liveness
from hub.policy.liveness import PROVES, Came, Event, Proof, Watched
from hub.policy.retry import lease_until
from hub.routing.network import Status

AT_ONCE = 100
TIME_LIMIT = 10.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Booked:
    """A check that is this worker's, and where to ask."""

    watched: Watched
    url: str


def book(silence: timedelta | None, now: datetime) -> list[Booked]:
    """The checks that are due, each booked for this worker; `silence` is what a platform is
    allowed that has no limit of its own."""
    found = [(liveness.check_due(each.watched), each) for each in _watched(silence, now)]
    due = [(at, each) for at, each in found if at is not None and at <= now]
    chosen = sorted(due, key=lambda pair: pair[0])[:AT_ONCE]
    return [each for _, each in chosen if _take(each.watched, now)]


def _watched(silence: timedelta | None, now: datetime) -> list[Booked]:
    rows = Row.objects.filter(status__in=(Status.CONNECTED, Status.OFFLINE))
    rows = rows.exclude(version="").exclude(versions_url="")
    known, falls = Liveness.objects.in_bulk(), _falls(now)
    return [
        Booked(
            _of(row, known.get(row.pk) or Liveness(platform=row), silence, falls[row.pk]),
            row.versions_url,
        )
        for row in rows
    ]


def _of(row: Row, known: Liveness, silence: timedelta | None, falls: int) -> Watched:
    if row.still_alive_minutes is not None:
        silence = timedelta(minutes=row.still_alive_minutes) or None
    # A sign of life since the last check makes failed ones forgotten.
    seen_since = known.checked_at is None or (row.last_seen or row.created_at) > known.checked_at
    counts = row.status == Status.OFFLINE or not seen_since
    return Watched(
        id=row.pk,
        status=Status(row.status),
        since=row.status_since,
        seen=row.last_seen,
        silence=silence,
        failed=known.checks_failed if counts else 0,
        due=known.check_due_at,
        falls=falls,
    )


def _falls(now: datetime) -> Counter[int]:
    """How often each platform went OFFLINE lately."""
    recent = StatusChange.objects.filter(at__gt=now - liveness.FALLS_WITHIN)
    fell = recent.filter(before=Status.CONNECTED, after=Status.OFFLINE)
    return Counter(fell.values_list("platform_id", flat=True))


def _take(watched: Watched, now: datetime) -> bool:
    """Books a check, unless another worker did."""
    Liveness.objects.get_or_create(platform_id=watched.id)
    free = Liveness.objects.filter(Q(check_due_at=None) | Q(check_due_at__lte=now), pk=watched.id)
    return free.update(check_due_at=lease_until(now)) == 1


async def check_all(means: Means, booked: Sequence[Booked]) -> None:
    """Asks all of them at once, and writes what came of each as soon as it is known."""
    asked = (check(means, each) for each in booked)
    for result in await asyncio.gather(*asked, return_exceptions=True):
        if isinstance(result, Exception):  # booked already: the next one comes by itself
            log.error("a check broke off", exc_info=result)


async def check(means: Means, booked: Booked) -> Came | None:
    """Asks one platform and writes what follows; None when it is not there to be asked."""
    platform = directory.snapshot().platforms.get(booked.watched.id)
    if platform is None or platform.token is None:
        return None
    answer: Answer | None = None
    error: OcpiError | None = None
    try:
        answer = await ask(means, platform, booked.url, "versions", TIME_LIMIT)
    except OcpiError as failure:
        error = failure
    came = signs.came_of(answer, error)
    if came is Came.REFUSED:
        log.warning("%s refuses the hub's token: renew its credentials", platform.name)
    said = came.value if answer is None else f"HTTP {answer.status}: {came.value}"
    metrics.CHECKS.labels(came.name.lower()).inc()
    await in_thread(_write, booked.watched, came, said, means.clock(), means.jitter())
    return came


@transaction.atomic
def _write(watched: Watched, came: Came, said: str, now: datetime, jitter: float) -> None:
    row = Row.objects.select_for_update(no_key=True).filter(pk=watched.id).first()
    if row is None:
        return
    known = Liveness.objects.filter(pk=watched.id)
    if PROVES[came].check is Proof.ALIVE:
        known.update(checks_failed=0, check_due_at=None, checked_at=now, check_said=said)
        signs.seen(watched.id, now)
        set_status(watched.id, Event.ANSWERED, "it answered a check", now)
        return
    if row.status_since != watched.since:
        return  # it tells of a time that is over
    was_heard = row.last_seen != watched.seen  # while it was asked
    failed = replace(watched, failed=0 if was_heard else watched.failed + 1)
    again = liveness.check_again(failed, now, jitter)
    known.update(checks_failed=failed.failed, check_due_at=again, checked_at=now, check_said=said)
    if failed.failed >= liveness.FAILED_CHECKS:
        cause = f"silent, and {failed.failed} checks failed: {came.value}"
        set_status(watched.id, Event.SILENT, cause, now)
