"""What a platform missed while it was away: news it is told again, and a catching up that begins.

Pulling from it needs nothing from here: apps.sync finds that it has connected anew.
"""

import uuid
from datetime import datetime, timedelta

from django.db.models import Min

from apps.hubclientinfo.models import CatchUp, ClientInfo
from apps.outbox.models import Delivery
from apps.parties.models import Platform, StatusChange
from hub.routing.network import Status

# last_updated is kept as it is told: to the millisecond.
ROUNDING = timedelta(milliseconds=1)
AWAY = frozenset({Status.OFFLINE, Status.SUSPENDED})


def came_back(change: StatusChange) -> None:
    """Does what follows from a change of status, if it is a return."""
    if change.after != Status.CONNECTED or change.before not in AWAY:
        return
    since = missed_from(change)
    if since is None:
        return
    told = ClientInfo.objects.filter(platform_id=change.platform_id)
    told.filter(last_updated__gte=since - ROUNDING).update(announced=False)
    if change.platform.catch_up:
        _begin(change.platform_id, since, change.at)


def missed_from(change: StatusChange) -> datetime | None:
    """Since when what was sent to a platform may not have arrived, seen from its return; None when
    it was never connected before. What waited in its lane when it went away was dropped there."""
    earlier = StatusChange.objects.filter(platform_id=change.platform_id, pk__lt=change.pk)
    left = earlier.filter(before=Status.CONNECTED).exclude(after=Status.CONNECTED)
    last = left.order_by("-pk").first()
    if last is None:
        return None
    dropped = Delivery.objects.filter(
        platform_id=change.platform_id, state=Delivery.State.DROPPED, ended_at__gte=last.at
    )
    moments = (last.missed_from, last.at, dropped.aggregate(first=Min("created_at"))["first"])
    return min(moment for moment in moments if moment is not None)


def catch_up_again(platform: Platform, now: datetime) -> datetime:
    """Begins a catching up by hand: from the same moment as the last one, else from when the
    platform was invited. Returns that moment."""
    latest = CatchUp.objects.filter(platform=platform).order_by("-pk").first()
    since = platform.created_at if latest is None else latest.missed_from
    _begin(platform.pk, since, now)
    return since


def _begin(platform_id: int, since: datetime, now: datetime) -> None:
    """Begins a catching up, or one that was not over again from where that one began."""
    former = CatchUp.objects.filter(platform_id=platform_id, ended_at=None).first()
    CatchUp.objects.update_or_create(
        platform_id=platform_id,
        ended_at=None,
        defaults={
            "correlation_id": str(uuid.uuid4()),
            "missed_from": min(since, former.missed_from) if former else since,
            "returned_at": now,
            "module": "",
            "sequence": 0,
            "walked_at": None,
        },
    )
