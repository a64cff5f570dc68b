"""What a platform missed while it was away: news it is told again, and a catching up that begins.

Pulling from it needs nothing from here: apps.sync finds that it has connected anew.
"""

import uuid
from datetime import datetime, timedelta

from django.db.models import Min, Q

from apps.hubclientinfo.models import CatchUp, ClientInfo
from apps.outbox.lane import REFUSED
from apps.outbox.models import Delivery
from apps.parties.models import Platform, StatusChange
from hub.ocpi.clientinfo import MODULE_ID
from hub.routing.network import Status

# last_updated is kept as it is told: to the millisecond.
ROUNDING = timedelta(milliseconds=1)
AWAY = frozenset({Status.OFFLINE, Status.SUSPENDED})


def came_back(change: StatusChange) -> None:
    """Does what follows from a change of status, if it is a return; or if it has renewed its
    credentials, and was given up as it refused the former token."""
    if change.before == Status.SUSPENDED:
        _begin_again_for_others(change)
    if change.after != Status.CONNECTED:
        return
    left = missed_from(change) if change.before in AWAY else None
    moments = [moment for moment in (left, _refused_from(change)) if moment is not None]
    if not moments:
        return
    since = min(moments)
    told = ClientInfo.objects.filter(platform_id=change.platform_id)
    lost = Q(last_updated__gte=since - ROUNDING) | Q(party__in=_dropped_news(change, since))
    told.filter(lost).update(announced=False)
    if change.platform.catch_up:
        _begin(change.platform_id, since, change.at)


def missed_from(change: StatusChange) -> datetime | None:
    """Since when what was sent to a platform may not have arrived, seen from its return; None when
    it was never connected before. What waited in its lane when it went away was dropped there, and
    before that some may have been given up while requests failed."""
    earlier = StatusChange.objects.filter(platform_id=change.platform_id, pk__lt=change.pk)
    left = earlier.filter(before=Status.CONNECTED).exclude(after=Status.CONNECTED)
    last = left.order_by("-pk").first()
    if last is None:
        return None
    failing_since = min(last.missed_from or last.at, last.at)
    dropped = Delivery.objects.filter(
        platform_id=change.platform_id, state=Delivery.State.DROPPED, ended_at__gte=failing_since
    )
    moments = (last.missed_from, last.at, dropped.aggregate(first=Min("created_at"))["first"])
    return min(moment for moment in moments if moment is not None)


def _refused_from(change: StatusChange) -> datetime | None:
    """Since when what was sent to a platform was given up as it refused the hub's token, after it
    had connected the last time; None when nothing was."""
    earlier = StatusChange.objects.filter(platform_id=change.platform_id, pk__lt=change.pk)
    last = earlier.filter(after=Status.CONNECTED).order_by("-pk").first()
    if last is None:
        return None
    dropped = Delivery.objects.filter(
        platform_id=change.platform_id,
        state=Delivery.State.DROPPED,
        ended_at__gte=last.at,
        reason__endswith=REFUSED,
    )
    first: datetime | None = dropped.aggregate(first=Min("created_at"))["first"]
    return first


def _dropped_news(change: StatusChange, since: datetime) -> list[str]:
    """The parties of which the platform was to be told, and was not. That may be older than what
    it missed: it was told again because of a former absence, or by hand."""
    dropped = Delivery.objects.filter(
        platform_id=change.platform_id,
        party="",
        state=Delivery.State.DROPPED,
        ended_at__gte=since,
        payload__module=MODULE_ID,
    )
    return list(dropped.values_list("payload__owner", flat=True).distinct())


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


def _begin_again_for_others(change: StatusChange) -> None:
    """Begins the catching up of others again that went through what there is while a platform was
    suspended: of its parties they got nothing."""
    earlier = StatusChange.objects.filter(platform_id=change.platform_id, pk__lt=change.pk)
    suspended = earlier.filter(after=Status.SUSPENDED).order_by("-pk").first()
    if suspended is None:
        return
    meanwhile = Q(walked_at=None, ended_at=None) | Q(walked_at__gte=suspended.at)
    rows = CatchUp.objects.filter(meanwhile).exclude(platform_id=change.platform_id)
    for row in rows.order_by("pk"):
        _begin(row.platform_id, row.missed_from, change.at)
