"""Long work for a platform that is under way, and how much of it is done: catching up, giving what
a new agreement lets it have, sending again by hand.
"""

from typing import Any

from apps.hubclientinfo.models import CatchUp, Present
from apps.outbox import by_hand, own
from apps.outbox.models import Lane

Fact = dict[str, Any]
MOST = 10_000


def under_way(platform_id: int) -> list[Fact]:
    """Each with what it is, how many deliveries were booked for it so far, and how many of them
    have gone out."""
    catching = CatchUp.objects.filter(platform_id=platform_id, ended_at=None)
    giving = Present.objects.filter(platform_id=platform_id, ended_at=None).order_by("pk")
    booked = [
        *(("catching up", each.booked, each.correlation_id) for each in catching),
        *((f"giving {each}", each.booked, each.correlation_id) for each in giving),
    ]
    found = [_fact(what, of, own.waiting(platform_id, number)) for what, of, number in booked]
    lane = Lane.objects.filter(pk=platform_id, again_at__isnull=False).first()
    if lane is not None and (left := by_hand.still_to_go_again(platform_id, MOST)):
        found.append(_fact("sending again", lane.again_booked, left))
    return found


def _fact(what: str, of: int, left: int) -> Fact:
    return {"what": what, "done": max(0, of - left), "of": max(of, left)}
