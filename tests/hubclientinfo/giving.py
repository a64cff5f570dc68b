"""Agreements that begin, and the present that follows: for tests that look at what is given."""

from datetime import datetime
from typing import Any

from apps.hubclientinfo import agreements, present
from apps.outbox.models import Delivery
from apps.parties.models import Agreement
from hub.routing.agreements import Act, State
from tests.gateway.objects import tariff, token
from tests.hub import Hub
from tests.hubclientinfo.goings import at, news
from tests.hubclientinfo.returning import push
from tests.platforms import RECEIVER, SENDER, Platform

HUB, CPO, MSP = ("NL", "HUB"), ("NL", "CPO"), ("DE", "MSP")
# When the agreement was compared, and when the giving has begun, in seconds from now.
COMPARED, SETTLED = 20.0, 35.0


def agree(
    one: str = "NL/CPO", other: str = "DE/MSP", state: State = State.ACTIVE, **more: Any
) -> Agreement:
    new = Agreement(one=one, other=other, state=state, **more)
    agreements.record(new, "ann", "signed", at(0))
    return new


def act(agreement: Agreement, name: Act, now: datetime | None = None) -> None:
    agreements.change(agreement.pk, name, "ben", "", now or at(0))


def give(hub: Hub, offset: float = SETTLED, compared: float | None = COMPARED) -> None:
    """All that follows from agreements, so many seconds from now."""
    if compared is not None:
        news(hub, compared)
    while present.give(at(offset)):
        # Lanes are drained by the real clock.
        Delivery.objects.filter(state="waiting", attempts=0).update(due_at=at(0))
        hub.deliver()


def tokens_of(msp: Platform, uid: str = "U1") -> None:
    path = f"{msp.party}/{uid}"
    body = token(uid, str(msp.party))
    assert msp.request("PUT", "tokens", RECEIVER, path, json=body, to=HUB).code == 1000


def listed(msp: Platform) -> list[str]:
    return [each["id"] for each in msp.request("GET", "tariffs", SENDER, to=HUB).data]


def many(hub: Hub, cpo: Platform, number: int) -> None:
    for n in range(number):
        push(cpo, "tariffs", tariff(f"T{n:02}"))
    hub.deliver()
