"""What an operator does to deliveries: send one again, give one up, hold a lane, let it go on.

Nothing older goes out over something newer: a delivery is sent again only while no later one of
the same object exists for the same party.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from apps.counts.collect import Counts
from apps.outbox.models import Delivery, Lane

State = Delivery.State
BY_HAND, AGAIN = "given up by an operator", "sent again by hand"


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
    with transaction.atomic():
        platforms = dict(rows.values_list("pk", "platform_id"))
        for platform_id, number in sorted(Counter(platforms.values()).items()):
            told = {"again_at": now, "again_booked": number}
            Lane.objects.update_or_create(
                platform_id=platform_id,
                defaults=told,
                create_defaults={"leased_until": now, **told},
            )
        return Delivery.objects.filter(pk__in=platforms).update(
            state=State.WAITING, attempts=0, due_at=now, ended_at=None, reason=AGAIN
        )


def still_to_go_again(platform_id: int, most: int) -> int:
    """How many of those that were sent again by hand have yet to go out to a platform, counted so
    far at most."""
    rows = Delivery.objects.filter(platform_id=platform_id, state=State.WAITING, reason=AGAIN)
    return rows[:most].count()


def give_up(ids: Iterable[int], now: datetime) -> int:
    """Drops deliveries that wait; the number that did."""
    waiting = Delivery.objects.filter(pk__in=list(ids), state=State.WAITING)
    counts = Counts()
    with transaction.atomic():
        platforms = dict(
            waiting.select_for_update().order_by("pk").values_list("pk", "platform_id")
        )
        for platform_id in platforms.values():
            counts.deliveries(now, platform_id, dropped=1)
        counts.write_here()
        rows = Delivery.objects.filter(pk__in=platforms)
        return rows.update(state=State.DROPPED, ended_at=now, reason=BY_HAND)


def go_on(platform_id: int) -> bool:
    """Ends the rest of a lane whose platform refused the hub's token; False when it did not
    rest."""
    resting = Lane.objects.filter(platform_id=platform_id, paused_until__isnull=False)
    return bool(resting.update(paused_until=None, paused_reason=""))


def hold(platform_id: int, reason: str, now: datetime) -> bool:
    """Lets everything in a lane wait until it is let go; False when it is held already."""
    Lane.objects.get_or_create(platform_id=platform_id, defaults={"leased_until": now})
    free = Lane.objects.filter(platform_id=platform_id, held_since=None)
    return bool(free.update(held_since=now, held_reason=reason[:200]))


def let_go(platform_id: int) -> bool:
    """Ends the holding of a lane; False when it was not held."""
    held = Lane.objects.filter(platform_id=platform_id, held_since__isnull=False)
    return bool(held.update(held_since=None, held_reason=""))
