"""Lanes under stress: one worker at a time, order, crashes, and nothing lost."""

import asyncio
import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from apps.outbox import lane
from apps.outbox.drain import drain
from apps.outbox.models import Delivery, Lane, Payload, Unnamed
from apps.outbox.tasks import Worker, prune, worker
from apps.parties import directory
from hub.policy.retry import LEASE_SECONDS
from hub.routing.network import Network, Status
from tests.gateway.objects import LATER, location, tariff
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform

HUB = ("NL", "HUB")


def push(cpo: Platform, identifier: str = "T1", **more: Any) -> None:
    reply = cpo.request("PUT", "tariffs", RECEIVER, f"NL/CPO/{identifier}",
                        json=tariff(identifier, **more), to=HUB)  # fmt: skip
    assert reply.code == 1000


def at(offset: float) -> Callable[[], datetime]:
    """A clock that is ahead by so many seconds."""
    return lambda: datetime.now(UTC) + timedelta(seconds=offset)


def drained(
    platform_id: int, clock: Callable[[], datetime], send: Any = None, picture: Any = None
) -> int:
    here: Worker = worker()

    async def now() -> Network:
        return directory.snapshot()

    means = replace(here.means, picture=picture or now, send=send or here.client.send, clock=clock)
    return here.runner.run(drain(platform_id, means))


class Killed(BaseException):
    """Stands for SIGKILL: no handler in the code under test catches it."""


def test_a_worker_that_dies_after_booking_loses_nothing(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """The next attempt is booked before the send, so a crash is already a retry."""
    push(cpo)
    row = hub.row(msp).pk

    async def dies(*_: Any) -> Any:
        raise Killed

    with pytest.raises(Killed):
        drained(row, at(0), dies)
    record = Delivery.objects.get()
    assert (record.state, record.attempts) == ("waiting", 1)
    assert drained(row, at(0)) == 0  # booked: not due until the attempt must have ended
    assert drained(row, at(LEASE_SECONDS + 1)) == 1
    msp.heard(module="tariffs")
    assert Delivery.objects.get().state == "done"


def test_a_lane_has_one_worker_and_a_dead_ones_lease_runs_out(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    push(cpo)
    row = hub.row(msp).pk
    Lane.objects.update_or_create(
        platform_id=row, defaults={"leased_until": datetime.now(UTC) + timedelta(seconds=30)}
    )
    assert drained(row, at(0)) == 0
    assert drained(row, at(31)) == 1


def test_a_nudge_begins_only_lanes_in_which_something_waits_and_that_nobody_has(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    row, nobody = hub.row(msp).pk, hub.row(cpo).pk

    def idle(offset: float) -> list[int]:
        async def found() -> list[int]:
            async with worker().pool.connection() as connection:
                return list(await lane.idle(connection, [row, nobody], at(offset)()))

        return worker().runner.run(found())

    assert idle(0) == []
    push(cpo)
    assert idle(0) == [row]
    Lane.objects.update_or_create(platform_id=row, defaults={"leased_until": at(60)()})
    assert idle(0) == []
    assert idle(61) == [row]


def test_two_workers_at_once_deliver_once(hub: Hub, cpo: Platform, msp: Platform) -> None:
    for n in range(30):
        push(cpo, f"T{n}")
    row, here = hub.row(msp).pk, worker()

    async def picture() -> Network:
        return directory.snapshot()

    async def both() -> list[int]:
        means = replace(here.means, picture=picture)
        return list(await asyncio.gather(drain(row, means), drain(row, means)))

    assert sum(here.runner.run(both())) == 30
    assert len([r for r in msp.received if r.module == "tariffs"]) == 30


def test_different_objects_pass_a_failing_one_but_its_own_pushes_wait(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """Order is per object: what comes after a failed PUT of L1 does not overtake it."""
    cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=location(), to=HUB)
    msp.faults.set("http", 503, module="locations")
    assert hub.deliver() == 1
    msp.faults.clear()
    patch = {"floor_level": "1", "last_updated": LATER}
    cpo.request("PATCH", "locations", RECEIVER, "NL/CPO/L1/E1", json=patch, to=HUB)
    cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L2", json=location("L2"), to=HUB)
    assert hub.deliver() == 1
    assert [r.tail for r in msp.received if r.module == "locations"][-1] == "NL/CPO/L2"
    assert drained(hub.row(msp).pk, at(10)) == 2
    methods = [r.method for r in msp.received if "L1" in r.tail]
    assert methods == ["PUT", "PUT", "PATCH"]


def test_a_newer_push_waits_for_one_that_is_under_way(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """Older must not arrive over newer: what was tried keeps its place."""
    push(cpo, currency="OLD")
    msp.faults.set("http", 500, module="tariffs")
    hub.deliver()
    push(cpo, currency="NEW")
    msp.faults.clear()
    assert drained(hub.row(msp).pk, at(10)) == 2
    heard = [r.json["currency"] for r in msp.received if r.module == "tariffs"]
    assert heard == ["OLD", "OLD", "NEW"]


def test_the_lane_of_a_platform_that_left_is_emptied_with_a_reason(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    push(cpo)
    hub.set_status(msp, Status.SUSPENDED)
    msp.clear()
    hub.deliver()
    record = Delivery.objects.get()
    assert (record.state, record.reason) == ("dropped", "not connected")
    assert not msp.received


def test_a_slow_platform_delays_nobody_else(hub: Hub, cpo: Platform, msp: Platform) -> None:
    other = hub.platform("FR/MSP")
    msp.faults.set("never", module="tariffs")
    push(cpo)
    assert drained(hub.row(other).pk, at(0)) == 1
    other.heard(module="tariffs")


def test_a_large_window_is_sent_in_parts(
    hub: Hub, cpo: Platform, msp: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane, "WINDOW", 4)
    for n in range(10):
        push(cpo, f"T{n}")
    assert drained(hub.row(msp).pk, at(0)) == 10


def test_the_record_says_what_became_of_each(hub: Hub, cpo: Platform, msp: Platform) -> None:
    push(cpo)
    hub.deliver()
    record = Delivery.objects.get()
    assert (record.state, record.http_status, record.code, record.attempts, record.party) == (
        "done", 201, 1000, 1, "DE/MSP",
    )  # fmt: skip
    assert record.ended_at is not None
    assert record.payload.correlation_id


def test_old_records_go_with_their_payloads(hub: Hub, cpo: Platform, msp: Platform) -> None:
    push(cpo)
    hub.deliver()
    push(cpo, "T2")
    long_ago = datetime.now(UTC) - timedelta(days=400)
    Delivery.objects.update(created_at=long_ago)
    Payload.objects.update(created_at=long_ago)
    prune()
    assert [d.state for d in Delivery.objects.all()] == ["waiting"]
    assert Payload.objects.count() == 1


def test_a_platform_that_refuses_our_token_gets_nothing_for_a_while(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """Its lane rests, and is tried again; what has waited too long is dropped."""
    row = hub.row(msp).pk
    push(cpo)
    msp.faults.set("http", 401, module="tariffs")
    assert drained(row, at(0)) == 1
    resting = Lane.objects.get(platform_id=row)
    assert resting.paused_reason.startswith("HTTP 401")
    push(cpo, "T2")
    assert (drained(row, at(60)), worker().due()) == (0, [])
    msp.faults.clear()
    assert drained(row, at(301)) == 2
    assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}
    push(cpo, "T3")
    msp.faults.set("http", 401, module="tariffs")
    assert drained(row, at(2000)) == 1
    dropped = Delivery.objects.get(state="dropped")
    assert dropped.reason.endswith("it refuses the hub's token")


def test_a_capped_platform_gets_so_many_in_a_second(hub: Hub, cpo: Platform, msp: Platform) -> None:
    hub.change(msp, max_per_second=20)
    for n in range(30):
        push(cpo, f"T{n}")
    began = time.monotonic()
    hub.deliver()
    moments = [r.at - began for r in msp.received if r.module == "tariffs"]
    assert len(moments) == 30
    # However late the first are heard, the 21st is not sent in their second.
    assert min(moments[20:]) >= 0.99


def test_a_long_queue_is_found_by_index(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """However much waits, the next window costs a few looks."""
    push(cpo)
    row, payload, others = hub.row(msp).pk, Payload.objects.get(), hub.row(hub.platform("BE/CPO"))
    Unnamed.objects.create(platform_id=row, owner="BE/CPO")
    Unnamed.objects.bulk_create(Unnamed(platform=others, owner=f"{n:06}") for n in range(5000))
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO outbox_delivery (payload_id, platform_id, party, object, state,
                attempts, due_at, created_at, reason)
            SELECT %s, %s, 'DE/MSP', 'tariffs NL/CPO X' || n, 'waiting', 0, now(), now(), ''
            FROM generate_series(1, 50000) n""",
            (payload.pk, row),
        )
        cursor.execute("ANALYZE outbox_delivery, outbox_unnamed")
        now, lanes = datetime.now(UTC), [row, hub.row(cpo).pk]
        values: Any = {"now": now, "platforms": lanes, "moments": [now, now]}
        values |= {"room": lane.WINDOW + 1}
        for statement in (lane._HEADS, lane._DUE_PLATFORMS, lane._IDLE):
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", values)
            plan = json.dumps(cursor.fetchone()[0])
            scanned = re.findall(r'"Node Type": "Seq Scan".*?"Relation Name": "(\w+)"', plan)
            assert set(scanned) <= {"outbox_lane"}, plan  # a row for each platform, no more
            rows = [int(n) for n in re.findall(r'"Actual Rows": (\d+)', plan)]
            assert max(rows) <= 2 * lane.WINDOW, plan
