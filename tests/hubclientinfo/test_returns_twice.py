"""Platforms that turn more than once, or while somebody is at work for them: nothing is lost."""

from collections.abc import Iterator

from apps.outbox.models import Delivery
from apps.parties import directory
from apps.tariffs.models import Tariff as StoredTariff
from hub.routing.network import Network, Status
from tests.gateway.objects import tariff
from tests.hub import Hub
from tests.hubclientinfo.goings import at, failing, hearing, news, told
from tests.hubclientinfo.returning import back, got, push
from tests.outbox.test_lanes import at as clock
from tests.outbox.test_lanes import drained
from tests.platforms import Platform


def test_news_that_was_dropped_in_a_second_absence_is_told_after_it(
    hub: Hub, cpo: Platform
) -> None:
    """It was told again because of the first one, so it is older than the second."""
    msp = hearing(hub, "DE/MSP")
    news(hub)
    hub.set_status(msp, Status.OFFLINE)
    news(hub)
    hub.set_status(cpo, Status.OFFLINE)
    news(hub)
    hub.set_status(msp, Status.CONNECTED)
    hub.announce()
    assert Delivery.objects.filter(state="waiting", payload__module="hubclientinfo").exists()
    hub.set_status(msp, Status.OFFLINE)
    news(hub)
    msp.clear()
    hub.set_status(msp, Status.CONNECTED)
    news(hub)
    assert told(msp) == [("NL/CPO", "OFFLINE")]


def test_a_lane_is_not_emptied_after_the_return(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """A worker saw the platform away, and comes to empty its lane when it is back: what waits then
    is looked for by nobody any more."""
    push(cpo, "tariffs", tariff("T1"))
    hub.set_status(msp, Status.OFFLINE)
    seen = directory.snapshot()
    hub.set_status(msp, Status.CONNECTED)
    hub.announce()
    pictures: Iterator[Network] = iter([seen])

    async def picture() -> Network:
        return next(pictures, directory.snapshot())

    drained(hub.row(msp).pk, clock(0), picture=picture)
    assert [r.tail for r in msp.received if r.module == "tariffs"] == ["NL/CPO/T1"]


def test_what_was_given_up_while_requests_failed_is_caught_up_too(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """It was tried before the last answer, and given up before the platform was OFFLINE."""
    push(cpo, "tariffs", tariff("T1"))
    Delivery.objects.update(created_at=at(-300), state="dropped", ended_at=at(-8))
    failing(hub.row(msp).pk, (-16.0, -12.0, -8.0, -4.0, 0.0))
    assert hub.row(msp).status == Status.OFFLINE
    news(hub)
    StoredTariff.objects.update(changed_at=at(-300))
    back(hub, msp)
    assert got(msp) == [("PUT", "tariffs", "NL/CPO/T1")]
