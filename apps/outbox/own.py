"""Books what the hub itself sends: news for platforms, and objects for parties that were away.

Older pushes of the same object that wait in the lane are merged with it there. To be called in the
transaction of whatever it tells of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.outbox.models import Delivery, Payload

Receiver = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Push:
    """One message, and the platforms and parties that get it; an empty party is the platform
    itself. `owner`, `object`, `from_party` and `version` are as in a Payload."""

    module: str
    method: str
    tail: str
    query: str
    body: bytes
    owner: str
    object: str
    receivers: tuple[Receiver, ...]
    from_party: str = ""
    version: str = ""


def book(pushes: Sequence[Push], correlation_id: str, now: datetime) -> None:
    """Puts pushes into the lanes of their receivers, in this order."""
    payloads = Payload.objects.bulk_create(
        Payload(
            module=push.module,
            method=push.method,
            tail=push.tail,
            query=push.query,
            body=push.body,
            correlation_id=correlation_id,
            request_id="",
            owner=push.owner,
            object=push.object,
            from_party=push.from_party,
            version=push.version,
            created_at=now,
        )
        for push in pushes
    )
    Delivery.objects.bulk_create(
        Delivery(
            payload=payload,
            platform_id=platform_id,
            party=party,
            object=push.object,
            due_at=now,
            created_at=now,
        )
        for payload, push in zip(payloads, pushes, strict=True)
        for platform_id, party in push.receivers
    )


def waiting(platform_id: int, correlation_id: str) -> int:
    """How many of these have yet to go out to a platform."""
    rows = Delivery.objects.filter(platform_id=platform_id, state=Delivery.State.WAITING)
    return rows.filter(payload__correlation_id=correlation_id).count()


def has_room(platform_id: int, most: int) -> bool:
    """Whether fewer than so many deliveries of whatever kind wait for a platform."""
    rows = Delivery.objects.filter(platform_id=platform_id, state=Delivery.State.WAITING)
    return rows[:most].count() < most
