"""A platform goes away, comes back, and is caught up: for tests that look at what it gets."""

from typing import Any

from apps.hubclientinfo import catch_up as catching
from apps.outbox.models import Delivery
from hub.routing.network import Status
from tests.hub import Hub
from tests.hubclientinfo.goings import HUB, at, news
from tests.platforms import RECEIVER, Platform

MSP = ("DE", "MSP")
# Longer than the pause before a catching up begins.
SETTLED = 15.0


def push(cpo: Platform, module: str, body: dict[str, Any], method: str = "PUT", tail: str = "",
         to: Any = HUB) -> None:  # fmt: skip
    path = tail or f"NL/CPO/{body['id']}"
    reply = cpo.request(method, module, RECEIVER, path, json=body or None, to=to)
    assert reply.code == 1000, reply


def away(hub: Hub, platform: Platform) -> None:
    """Goes away, with all that follows at once."""
    platform.offline()
    hub.set_status(platform, Status.OFFLINE)
    news(hub)


def back(hub: Hub, platform: Platform, offset: float = SETTLED) -> None:
    """Comes back, and is caught up so many seconds from now."""
    platform.start()
    platform.clear()
    hub.set_status(platform, Status.CONNECTED)
    news(hub)
    catch_up(hub, offset)


def catch_up(hub: Hub, offset: float = SETTLED) -> None:
    # Lanes are drained by the real clock.
    while [pk for pk in catching.due(at(offset)) if catching.catch_up(pk, at(offset)) is not None]:
        Delivery.objects.filter(state="waiting", attempts=0).update(due_at=at(0))
        hub.deliver()


def got(platform: Platform, *modules: str) -> list[tuple[str, str, str]]:
    """Method, module and path of what a platform received."""
    wanted = modules or ("locations", "tariffs", "tokens", "sessions", "cdrs")
    return [(r.method, r.module, r.tail) for r in platform.received if r.module in wanted]
