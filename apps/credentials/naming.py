"""Tells platforms of 2.3.0 which parties they reach, when these are not those that the hub's
Credentials object named: by PUT, which gives both sides new tokens (D-20).

The rows are the work. The first change is told at once, so before most of what a new party pushes;
then changes are gathered for a while, and told together. An attempt is booked before it is made.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q

from apps.credentials import own
from apps.credentials.registration import renew
from apps.database import in_thread
from apps.hubclientinfo.models import PartiesChanged, PartiesNamed
from apps.hubclientinfo.settle import NAME_PARTIES
from apps.parties import directory
from apps.parties.models import Platform
from hub.ocpi.status import OcpiError
from hub.routing.network import Status

LEASE = timedelta(minutes=2)
# How long after the first, the second, ... failed attempt the next one follows.
AGAIN = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=6))
MOST = 20
log = logging.getLogger(__name__)


def due(now: datetime) -> list[int]:
    """The platforms that are to be told now, each booked for this worker."""
    apart = timedelta(minutes=settings.HUB.name_parties_minutes)
    if not apart:
        return []
    free = Q(due_at=None) | Q(due_at__lte=now)
    lately = PartiesNamed.objects.filter(at__gt=now - apart).values("platform")
    rows = PartiesChanged.objects.filter(
        free, platform__status=Status.CONNECTED, platform__version__in=NAME_PARTIES
    ).exclude(platform__in=lately)
    found = rows.order_by("since").values_list("pk", flat=True)[:MOST]
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
        await in_thread(_failed, platform_id, error.message, now)
        return False
    return True


def _to_tell(platform_id: int, now: datetime) -> Platform | None:
    row = Platform.objects.filter(pk=platform_id).first()
    if row is None:
        return None
    said = own.digest_for(platform_id, row.version, directory.load(now))
    if PartiesNamed.objects.filter(pk=platform_id, digest=said).exists():
        PartiesChanged.objects.filter(pk=platform_id).delete()
        return None
    return row


def _failed(platform_id: int, said: str, now: datetime) -> None:
    row = PartiesChanged.objects.filter(pk=platform_id).first()
    if row is not None:
        wait = AGAIN[min(max(row.attempts, 1), len(AGAIN)) - 1]
        PartiesChanged.objects.filter(pk=platform_id).update(due_at=now + wait, said=said[:300])
