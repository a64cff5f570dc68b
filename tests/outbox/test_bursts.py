"""Parts of one object that wait for one party are sent as few requests, or as the whole object."""

from typing import Any

from apps.outbox.models import Delivery
from tests.gateway.objects import evse, location
from tests.hub import Hub
from tests.outbox.test_lanes import HUB, at, drained
from tests.platforms import RECEIVER, Platform


def patch(cpo: Platform, uid: str, moment: str, **fields: Any) -> None:
    reply = cpo.request("PATCH", "locations", RECEIVER, f"NL/CPO/L1/{uid}",
                        json={**fields, "last_updated": moment}, to=HUB)  # fmt: skip
    assert reply.code == 1000


def at_minute(minute: int) -> str:
    return f"2026-03-01T11:{minute:02d}:00Z"


def test_a_burst_of_status_changes_goes_out_as_one(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """Merged per receiver: what another party got one by one stays as it was."""
    other = hub.platform("FR/MSP")
    body = location(evses=[evse("E1"), evse("E2")])
    cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=body, to=HUB)
    hub.deliver()
    patch(cpo, "E1", at_minute(1), status="CHARGING")
    drained(hub.row(other).pk, at(0))
    patch(cpo, "E1", at_minute(2), floor_level="2")
    patch(cpo, "E2", at_minute(3), status="BLOCKED")
    patch(cpo, "E1", at_minute(4), status="AVAILABLE")
    msp.clear()
    hub.deliver()
    told = [(r.tail.rpartition("/")[2], r.json) for r in msp.received]
    assert told == [
        ("E2", {"status": "BLOCKED", "last_updated": at_minute(3)}),
        ("E1", {"status": "AVAILABLE", "floor_level": "2", "last_updated": at_minute(4)}),
    ]
    kept = msp.objects.get("locations", ("NL", "CPO"), "L1")
    assert kept["evses"][0]["floor_level"] == "2"
    got = [r.json["last_updated"] for r in other.received if r.method == "PATCH"]
    assert sorted(got) == [at_minute(1), at_minute(3), at_minute(4)]
    states = Delivery.objects.filter(party="DE/MSP").values_list("state", flat=True)
    assert sorted(states) == ["done", "done", "done", "superseded", "superseded"]


def test_a_receiver_that_does_not_know_the_object_gets_the_whole(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=location(), to=HUB)
    Delivery.objects.all().delete()
    patch(cpo, "E1", at_minute(1), status="CHARGING")
    assert hub.deliver() == 2
    first, second = [r for r in msp.received if r.module == "locations"]
    assert (first.method, second.method, second.tail) == ("PATCH", "PUT", "NL/CPO/L1")
    assert second.json["evses"][0]["status"] == "CHARGING"
    assert second.headers["x-correlation-id"] == first.headers["x-correlation-id"]
    one, other = Delivery.objects.order_by("id")
    assert (one.state, other.state) == ("dropped", "done")
    assert one.reason.endswith("unknown there; the whole object follows")
