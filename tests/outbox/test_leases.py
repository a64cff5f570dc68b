"""A lane that is lost is left; what came of a window is what is recorded of it."""

import asyncio
import itertools
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from apps.outbox import drain as draining
from apps.outbox import lane
from apps.outbox.lanes import Lanes
from apps.outbox.models import Delivery, Lane
from apps.outbox.tasks import worker
from tests.config.test_run import until
from tests.gateway.objects import location
from tests.hub import Hub
from tests.outbox.test_lanes import HUB, at, drained, push
from tests.platforms import RECEIVER, Platform


def test_who_lost_the_lane_sends_no_more_and_does_not_give_it_back(
    hub: Hub, cpo: Platform, msp: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lease ran out while it could not go on, and another worker drains the lane."""
    monkeypatch.setattr(draining, "EXTEND_SECONDS", 0.0)
    monkeypatch.setattr(lane, "WINDOW", 1)
    for name in ("T1", "T2", "T3"):
        push(cpo, name)
    row, until = hub.row(msp).pk, at(300)()

    async def takes_long(*arguments: Any) -> Any:
        async with worker().pool.connection() as connection:
            await connection.execute("UPDATE outbox_lane SET leased_until = %s", (until,))
        return await worker().client.send(*arguments)

    assert drained(row, at(0), takes_long) == 1
    assert Lane.objects.get(platform_id=row).leased_until == until
    assert sorted(Delivery.objects.values_list("state", flat=True)) == [
        "done", "waiting", "waiting",
    ]  # fmt: skip


def test_what_was_taken_before_the_token_was_refused_is_done(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    push(cpo, "T1")
    cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=location(), to=HUB)
    Delivery.objects.update(created_at=datetime(2026, 1, 1, tzinfo=UTC))
    msp.faults.set("http", 401, module="locations")
    drained(hub.row(msp).pk, at(0))
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["done", "dropped"]


def test_a_nudge_asks_nothing_about_lanes_that_are_drained_here(
    hub: Hub, cpo: Platform, msp: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[int]] = []
    looks = lane.idle

    async def look(connection: Any, platform_ids: Any, now: datetime) -> Any:
        asked.append(list(platform_ids))
        return await looks(connection, platform_ids, now)

    monkeypatch.setattr(lane, "idle", look)
    msp.faults.set("holds", module="tariffs")
    push(cpo)
    row, other = hub.row(msp).pk, hub.row(cpo).pk
    try:
        worker().start([row])
        worker().start([row])
        worker().start([row, other])
    finally:
        msp.faults.clear()
    until(lambda: Delivery.objects.get().state == "done")
    assert asked == [[row], [other]]


def test_a_nudge_while_a_lane_is_looked_at_for_the_last_time_is_not_lost(
    hub: Hub, cpo: Platform, msp: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The push came after the look had begun: beat's next nudge is seconds away."""
    row = hub.row(msp).pk
    looks, number = lane.has_due, itertools.count()

    async def look(connection: Any, asked: Any) -> Any:
        found = await looks(connection, asked)
        if next(number) == 0:
            await asyncio.to_thread(push, cpo, "T2")
            await worker().wake([row])
        return found

    monkeypatch.setattr(lane, "has_due", look)
    monkeypatch.setattr(worker(), "means", replace(worker().means, lanes=Lanes(worker().pool)))
    push(cpo, "T1")
    worker().start([row])
    until(lambda: Delivery.objects.filter(state="done").count() == 2)
