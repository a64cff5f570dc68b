"""Time moved by hand, and what a worker does, one thing at a time."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from apps.hubclientinfo import check
from apps.hubclientinfo.ask import Means
from apps.outbox.models import Delivery
from apps.outbox.tasks import worker
from apps.parties import directory
from apps.parties.models import StatusChange
from apps.parties.signs import Signs, write
from hub.ocpi.status import Code, OcpiError
from tests.gateway.objects import tariff
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform

SILENCE = timedelta(minutes=5)
# Longer than any splay makes of it.
SILENT = 400.0
CPO, MSP, HUB = ("NL", "CPO"), ("DE", "MSP"), ("NL", "HUB")


def at(offset: float) -> datetime:
    """A moment so many seconds from now."""
    return datetime.now(UTC) + timedelta(seconds=offset)


def hearing(hub: Hub, party: str, **options: Any) -> Platform:
    """A platform that offers the RECEIVER of HubClientInfo."""
    return hub.platform(party, hears_news=True, **options)


def news(hub: Hub, offset: float = 0) -> None:
    """Tells everybody what there is to tell so many seconds from now."""
    hub.announce(at(offset))
    # Lanes are drained by the real clock.
    Delivery.objects.filter(state="waiting", attempts=0).update(due_at=at(0))
    hub.deliver()


def told(platform: Platform) -> list[tuple[str, str]]:
    """What a platform was told, in order: the party in the URL and the status."""
    return [
        (each.tail, each.json["status"])
        for each in platform.received
        if each.module == "hubclientinfo" and each.method == "PUT"
    ]


def checked(now: datetime, silence: timedelta | None = SILENCE) -> int:
    """Asks all platforms whose check is due at a moment; how many these are."""
    here = worker()
    directory.refresh()
    means = Means(here.client.send, lambda: now, here.recorder.add)
    booked = check.book(silence, now)
    here.runner.run(check.check_all(means, booked))
    directory.refresh()
    return len(booked)


def failing(platform_id: int, offsets: tuple[float, ...]) -> None:
    """Notes failed requests to a platform at these seconds from now, each in another process."""
    for offset in offsets:
        noted = Signs(partial(at, offset))
        noted.outcome(platform_id, None, OcpiError(Code.CONNECTION_PROBLEM, "no connection"))
        write(noted.take())
    directory.refresh()


def history(hub: Hub, platform: Platform) -> list[tuple[str, str, str]]:
    """Its changes of status, the oldest first."""
    rows = StatusChange.objects.filter(platform=hub.row(platform)).order_by("pk")
    return [(row.before, row.after, row.cause) for row in rows]


def with_tariff(cpo: Platform, identifier: str = "T1") -> None:
    """A CPO pushes a tariff to everybody."""
    reply = cpo.request(
        "PUT", "tariffs", RECEIVER, f"NL/CPO/{identifier}", json=tariff(identifier), to=HUB
    )
    assert reply.code == 1000
