"""Whatever comes between, the newest state of an object reaches who is to have it, and is the last
that the hub sends where the hub can help it."""

import asyncio
import threading
from typing import Any

import pytest

from apps.outbox.models import Delivery
from apps.store import find
from tests.gateway.objects import LATER, WHEN, evse, location, tariff
from tests.hub import Hub
from tests.outbox.test_bursts import at_minute, patch
from tests.outbox.test_lanes import HUB, at, drained
from tests.platforms import RECEIVER, Platform

WAITS = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


def put(cpo: Platform, body: dict[str, Any], module: str = "locations") -> None:
    reply = cpo.request("PUT", module, RECEIVER, f"NL/CPO/{body['id']}", json=body, to=HUB)
    assert reply.code == 1000


def test_a_late_older_push_takes_nothing_newer_away(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """It is broadcast all the same, and receivers have their own rule: but what is newer goes
    too."""
    put(cpo, tariff("T1", currency="SEK", last_updated=LATER), "tariffs")
    put(cpo, tariff("T1", last_updated=WHEN), "tariffs")
    hub.deliver()
    hub.deliver()
    told = [each.json["currency"] for each in msp.received if each.module == "tariffs"]
    assert told == ["SEK", "EUR"]


def test_a_late_older_patch_is_not_made_part_of_a_newer_push(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    put(cpo, location())
    hub.deliver()
    msp.clear()
    patch(cpo, "E1", at_minute(5), status="CHARGING")
    patch(cpo, "E1", at_minute(1), status="BLOCKED", floor_level="2")
    hub.deliver()
    hub.deliver()
    told = [(each.json["status"], each.json["last_updated"]) for each in msp.received]
    assert told == [("CHARGING", at_minute(5)), ("BLOCKED", at_minute(1))]


def test_an_older_whole_takes_no_newer_part_away(hub: Hub, cpo: Platform, msp: Platform) -> None:
    put(cpo, location(evses=[evse("E1"), evse("E2")]))
    hub.deliver()
    msp.clear()
    patch(cpo, "E1", at_minute(5), status="CHARGING")
    put(cpo, location(evses=[evse("E1"), evse("E2")], name="New", last_updated=at_minute(1)))
    hub.deliver()
    hub.deliver()
    assert [each.method for each in msp.received] == ["PATCH", "PUT"]


def test_evses_in_a_patch_of_the_location_are_not_all_it_has(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """The hub adds them to those that it keeps; merged into the PUT they would be the whole."""
    put(cpo, location(evses=[evse("E1"), evse("E2")]))
    changed = {"evses": [evse("E1", status="CHARGING", last_updated=LATER)], "last_updated": LATER}
    reply = cpo.request("PATCH", "locations", RECEIVER, "NL/CPO/L1", json=changed, to=HUB)
    assert reply.code == 1000
    hub.deliver()
    hub.deliver()
    told = [
        (each.method, [evse["uid"] for evse in each.json["evses"]])
        for each in msp.received
        if each.module == "locations"
    ]
    assert told == [("PUT", ["E1", "E2"]), ("PATCH", ["E1"])]


def test_a_push_that_comes_while_the_whole_is_booked_is_not_lost(
    hub: Hub, cpo: Platform, msp: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The receiver does not know the object, and is to get it whole: as it is when that is
    booked."""
    put(cpo, location())
    Delivery.objects.all().delete()
    patch(cpo, "E1", at_minute(1), status="CHARGING")
    newest = location(name="Newest", last_updated=at_minute(9))
    pushing = threading.Thread(target=put, args=(cpo, newest))
    really = find.kept_copies

    async def then_pushed(*arguments: Any) -> Any:
        found = await really(*arguments)
        if not pushing.ident:
            pushing.start()
            while pushing.is_alive() and not await _somebody_waits(arguments[0]):
                await asyncio.to_thread(pushing.join, 0.01)
        return found

    with monkeypatch.context() as patched:
        patched.setattr(find, "kept_copies", then_pushed)
        drained(hub.row(msp).pk, at(0))
    pushing.join()
    hub.deliver()
    assert msp.objects.get("locations", ("NL", "CPO"), "L1")["name"] == "Newest"


async def _somebody_waits(connection: Any) -> bool:
    cursor = await connection.execute(WAITS)
    return bool((await cursor.fetchone())[0])
