"""A platform gets a few of a window first, and the others when it has taken one of these."""

import asyncio

from apps.database import in_thread
from apps.outbox.drain import AT_FIRST
from apps.outbox.models import Delivery
from apps.parties import directory
from hub.ocpi.message import Answer, Outgoing
from hub.routing.network import Network, Status
from tests.hub import Hub
from tests.outbox.test_lanes import at, drained, push
from tests.platforms import Platform

PUSHES = AT_FIRST + 4
REFUSED = Answer(503, (), b"")
TAKEN = Answer(200, (), b'{"status_code": 1000, "timestamp": "2026-01-31T12:00:00Z"}')


def test_where_all_of_the_first_fail_the_others_are_not_tried(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """The platform is looked at again before any of them goes, and none counts as an attempt."""
    for n in range(PUSHES):
        push(cpo, f"T{n}")
    row = hub.row(msp).pk
    msp.faults.set("http", 503, module="tariffs")
    msp.clear()
    looks = 0

    async def gone_at_the_second_look() -> Network:
        nonlocal looks
        looks += 1
        if looks == 2:
            await in_thread(hub.set_status, msp, Status.OFFLINE)
        return directory.snapshot()

    assert drained(row, at(0), picture=gone_at_the_second_look) == AT_FIRST
    assert len([r for r in msp.received if r.module == "tariffs"]) == AT_FIRST
    records = Delivery.objects.order_by("pk").values_list("state", "attempts")
    assert list(records) == [("dropped", 1)] * AT_FIRST + [("dropped", 0)] * 4


def test_a_platform_that_answers_nothing_has_all_tried_in_the_end(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    for n in range(PUSHES):
        push(cpo, f"T{n}")
    msp.faults.set("http", 503, module="tariffs")
    assert drained(hub.row(msp).pk, at(0)) == PUSHES
    assert set(Delivery.objects.values_list("state", "attempts")) == {("waiting", 1)}


def test_where_one_of_the_first_is_taken_the_others_follow_at_once(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """They do not wait for those that are slow."""
    for n in range(PUSHES):
        push(cpo, f"T{n}")
    sent, all_sent = list[str](), asyncio.Event()

    async def takes_the_second(request: Outgoing, *_: object) -> Answer:
        sent.append(request.url)
        if len(sent) == PUSHES:
            all_sent.set()
        if len(sent) == 2:
            return TAKEN
        await asyncio.wait_for(all_sent.wait(), 10)
        return REFUSED

    now = at(0)()
    assert drained(hub.row(msp).pk, lambda: now, send=takes_the_second) == PUSHES
    assert len(set(sent)) == PUSHES
    records = Delivery.objects.values_list("state", "attempts", "http_status")
    assert sorted(records) == [("done", 1, 200)] + [("waiting", 1, 503)] * (PUSHES - 1)
