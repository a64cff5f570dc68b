"""Tells platforms of 2.3.0 which parties they reach, when these are not those that the hub's
Credentials object named: by PUT, which gives both sides new tokens (D-20).

The rows are the work. The first change is told at once; then changes are gathered for a while, and
told together, or as soon as a push of a new party waits for it: what is pushed goes out after its
owner was named (apps.outbox.unnamed). An attempt is booked before it is made. A platform that
refuses, or twice does not answer, gets what waits all the same.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from apps.credentials import own
from apps.credentials.errors import Uncertain
from apps.credentials.registration import renew
from apps.database import in_thread
from apps.hubclientinfo.models import PartiesChanged
from apps.hubclientinfo.settle import NAME_PARTIES, wait_for_turn
from apps.outbox import unnamed
from apps.outbox.models import Unnamed
from apps.parties.models import Platform
from hub.ocpi.status import OcpiError
from hub.routing.network import Status

LEASE = timedelta(minutes=2)
# Each PUT is a change of tokens: two to one platform are so far apart, whatever waits.
APART = timedelta(seconds=10)
# How long after the first, the second, ... failed attempt the next one follows.
AGAIN = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=6))
# After so many attempts without an answer nothing waits any more.
MOST_WAITED_FOR = 2
MOST = 20
log = logging.getLogger(__name__)


def due(now: datetime) -> list[int]:
    """The platforms that are to be told now, each booked for this worker."""
    apart = timedelta(minutes=settings.HUB.name_parties_minutes)
    if not apart:
        Unnamed.objects.all().delete()  # nobody is told, so nothing waits for it
        return []
    free = Q(due_at=None) | Q(due_at__lte=now)
    rows = PartiesChanged.objects.filter(
        free, platform__status=Status.CONNECTED, platform__version__in=NAME_PARTIES
    )
    if not rows.exists():
        return []
    lately = rows.filter(platform__parties_named__at__gt=now - apart)
    hurried = lately.filter(platform__parties_named__at__lte=now - APART)
    waited_for = unnamed.waited_for(hurried.values_list("pk", flat=True))
    told = set(lately.values_list("pk", flat=True)) - waited_for
    found = rows.exclude(pk__in=told).order_by("since").values_list("pk", flat=True)[:MOST]
    return [pk for pk in found if _booked(pk, free, now)]


def _booked(platform_id: int, free: Q, now: datetime) -> bool:
    rows = PartiesChanged.objects.filter(free, pk=platform_id)
    return rows.update(due_at=now + LEASE, attempts=F("attempts") + 1) == 1


async def name(platform_id: int, now: datetime) -> bool:
    """Tells one platform, unless what it was told is so again by now; returns whether it has taken
    it. What came of it is in the row, and the requests are in the message log."""
    row = await in_thread(_to_tell, platform_id, now)
    if row is None:
        return False
    try:
        await renew(row)
    except OcpiError as error:
        log.warning("%s was not told which parties it reaches: %s", row.name, error.message)
        await in_thread(_failed, platform_id, error, now)
        return False
    return True


def _to_tell(platform_id: int, now: datetime) -> Platform | None:
    row = Platform.objects.filter(pk=platform_id).first()
    if row is None or own.is_up_to_date(platform_id, row.version, now):
        return None
    return row


@transaction.atomic
def _failed(platform_id: int, error: OcpiError, now: datetime) -> None:
    wait_for_turn()
    row = PartiesChanged.objects.filter(pk=platform_id).first()
    if row is None:
        return
    row.due_at = now + AGAIN[min(max(row.attempts, 1), len(AGAIN)) - 1]
    row.said = error.message[:300]
    row.save(update_fields=["due_at", "said"])
    if row.attempts >= MOST_WAITED_FOR or not isinstance(error, Uncertain):
        unnamed.let_go(platform_id)
