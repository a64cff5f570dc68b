"""What an operator does to deliveries: send one again, give one up, let a resting lane go on.

Nothing older goes out over something newer: a delivery is sent again only while no later one of
the same object exists for the same party.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from apps.outbox.models import Delivery, Lane

State = Delivery.State
BY_HAND = "given up by an operator"


def failed(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Those that were given up, by the hub or by an operator."""
    return rows.filter(state=State.DROPPED)


def repeatable(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Those given up that may be sent again: their content is still there, and nothing later of
    the same object was booked for the same party."""
    later = Delivery.objects.filter(
        platform_id=OuterRef("platform_id"),
        party=OuterRef("party"),
        object=OuterRef("object"),
        pk__gt=OuterRef("pk"),
    )
    return failed(rows).exclude(object="").exclude(Exists(later))


def send_again(ids: Iterable[int], now: datetime) -> int:
    """Puts deliveries back into their lanes; the number that may be sent again, and were."""
    rows = repeatable(Delivery.objects.filter(pk__in=list(ids)))
    return Delivery.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(
        state=State.WAITING, attempts=0, due_at=now, ended_at=None, reason="sent again by hand"
    )


def give_up(ids: Iterable[int], now: datetime) -> int:
    """Drops deliveries that wait; the number that did."""
    waiting = Delivery.objects.filter(pk__in=list(ids), state=State.WAITING)
    return waiting.update(state=State.DROPPED, ended_at=now, reason=BY_HAND)


def go_on(platform_id: int) -> bool:
    """Ends the rest of a lane whose platform refused the hub's token; False when it did not
    rest."""
    resting = Lane.objects.filter(platform_id=platform_id, paused_until__isnull=False)
    return bool(resting.update(paused_until=None, paused_reason=""))
