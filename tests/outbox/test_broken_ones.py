"""One delivery that cannot be said stops no others, and is given up some time."""

from apps.outbox.models import Delivery, Payload
from tests.gateway.objects import location
from tests.hub import Hub
from tests.outbox.test_lanes import HUB, at, drained, push
from tests.platforms import RECEIVER, Platform


def test_one_that_breaks_stops_no_others_and_is_given_up(hub: Hub, cpo: Platform) -> None:
    """The others of its window would go out again and again, and their outcomes be lost."""
    msp = hub.platform("DE/MSP", version="2.3.0")
    for name in ("T1", "T2", "T3"):
        push(cpo, name)
    # Nothing that is accepted can be like that.
    Payload.objects.filter(tail="NL/CPO/T2").update(owner="nobody")
    row = hub.row(msp).pk
    for hour in range(9):
        drained(row, at(hour * 3600))
    assert [each.tail for each in msp.received if each.module == "tariffs"] == [
        "NL/CPO/T1", "NL/CPO/T3",
    ]  # fmt: skip
    record = Delivery.objects.get(payload__tail="NL/CPO/T2")
    assert record.state == "dropped"
    assert record.reason.startswith("the hub could not send it: ")


def test_a_waiting_push_that_is_no_object_does_not_stop_the_lane(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=location(), to=HUB)
    hub.deliver()
    msp.clear()
    patch = {"status": "CHARGING", "last_updated": "2026-03-01T11:00:00Z"}
    for _ in range(2):
        cpo.request("PATCH", "locations", RECEIVER, "NL/CPO/L1/E1", json=patch, to=HUB)
    first = Delivery.objects.filter(state="waiting").earliest("pk")
    Payload.objects.filter(pk=first.payload_id).update(body=b"[]")
    push(cpo, "T9")
    hub.deliver()
    assert [each.json for each in msp.received if each.tail.endswith("E1")][-1] == patch
    assert "NL/CPO/T9" in [each.tail for each in msp.received]
