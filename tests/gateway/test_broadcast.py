"""Broadcast pushes: kept, answered at once, delivered to everybody they are for, in order."""

from typing import Any

import pytest

from apps.outbox.models import Delivery
from hub.ocpi.headers import AUTHORIZATION
from hub.routing.network import Status
from tests.gateway.objects import LATER, evse, location, tariff, token
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

HUB = ("NL", "HUB")


def delivered(hub: Hub) -> int:
    """Delivers all that waits; the platforms have it when this returns."""
    return hub.deliver()


@pytest.mark.ocpi("T-20", "O-09", "O-10", "R-05", "R-06", "R-11", "R-13", "R-14")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_it_reaches_every_opposite_role_in_the_hubs_name(hub: Hub, cpo: Platform) -> None:
    """R-06, R-11, R-13, R-14: FROM is the hub, TO the party, URL and body the owner's."""
    first, second = hub.platform("DE/MSP"), hub.platform("FR/MSP")
    maps = hub.platform("NSP:DE/NSP", name="maps")
    other = hub.platform("OTHER:DE/OTH", name="other")
    receivers = ((first, "MSP"), (second, "MSP"), (maps, "NSP"), (other, "OTH"))
    other_cpo = hub.platform("BE/CPO")
    for platform in (*(each for each, _ in receivers), other_cpo):
        platform.clear()
    reply = cpo.request(
        "PUT", "locations", RECEIVER, "NL/CPO/L1", json=location(), to=HUB,
        headers={"X-Correlation-ID": "c-9", "X-Request-ID": "r-9"},
    )  # fmt: skip
    assert (reply.status, reply.code) == (201, 1000)
    assert reply.headers["ocpi-to-party-id"] == "CPO"
    assert reply.headers["ocpi-from-party-id"] == "HUB"
    assert b'"data"' not in reply.body  # the module says nothing of any
    assert delivered(hub) == 4
    request_ids = set()
    for platform, party in receivers:
        heard = platform.heard(module="locations")
        assert heard.json == location()
        assert heard.path.endswith("/NL/CPO/L1")
        assert heard.headers["ocpi-from-party-id"] == "HUB"
        assert heard.headers["ocpi-to-party-id"] == party
        assert heard.headers["x-correlation-id"] == "c-9"
        request_ids.add(heard.headers["x-request-id"])
        assert not platform.complaints
    assert len(request_ids | {"r-9"}) == 5
    assert not [r for r in other_cpo.received if r.module == "locations"]


@pytest.mark.ocpi("R-19")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_without_to_a_public_push_is_a_broadcast(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """Row 13, D-03"""
    reply = cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff())
    assert reply.status == 201
    assert delivered(hub) == 1
    assert msp.heard(module="tariffs").headers["ocpi-from-party-id"] == "HUB"


@pytest.mark.ocpi("R-12")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_an_emsps_push_reaches_cpos_only(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """R-12"""
    other, third = hub.platform("FR/MSP"), hub.platform("OTHER:DE/OTH", name="third")
    msp.request("PUT", "tokens", RECEIVER, "DE/MSP/U1", json=token(), to=HUB, query="type=RFID")
    assert delivered(hub) == 1
    heard = cpo.heard(module="tokens")
    assert heard.query == "type=RFID"
    third.request("PUT", "tokens", RECEIVER, "DE/OTH/U2", json=token("U2", "DE/OTH"), to=HUB)
    assert delivered(hub) == 1
    assert cpo.heard(module="tokens", tail="DE/OTH/U2").json == token("U2", "DE/OTH")
    assert not [r for r in other.received if r.module == "tokens"]


@pytest.mark.ocpi("T-16")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_a_known_object_is_200(hub: Hub, cpo: Platform) -> None:
    def put() -> int:
        return cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=HUB).status

    assert [put(), put()] == [201, 200]


def test_a_patch_stays_a_patch(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """Peers' fault 2: a partial body sent on as PUT overwrites the whole object."""
    cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=location(), to=HUB)
    change = {"status": "CHARGING", "last_updated": LATER}
    reply = cpo.request("PATCH", "locations", RECEIVER, "NL/CPO/L1/E1", json=change, to=HUB)
    assert (reply.status, reply.code) == (200, 1000)
    delivered(hub)
    heard = msp.heard(module="locations", method="PATCH")
    assert heard.json == change
    methods = [r.method for r in msp.received if r.module == "locations"]
    assert methods == ["PUT", "PATCH"]


@pytest.mark.ocpi("TA-01")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_a_delete_of_a_tariff_is_broadcast(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """D-11; peers' fault 4"""
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=HUB)
    delivered(hub)
    assert cpo.request("DELETE", "tariffs", RECEIVER, "NL/CPO/T1", to=HUB).code == 1000
    delivered(hub)
    assert msp.heard(module="tariffs", method="DELETE").path.endswith("/NL/CPO/T1")
    assert msp.request("GET", "tariffs", SENDER, to=HUB).data == []


def test_a_patch_of_something_unknown_is_404_and_goes_nowhere(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """D-12"""
    reply = cpo.request(
        "PATCH", "locations", RECEIVER, "NL/CPO/L9", json={"last_updated": LATER}, to=HUB
    )
    assert reply.status == 404
    assert delivered(hub) == 0


def test_an_evse_of_an_unknown_location_is_404(hub: Hub, cpo: Platform, msp: Platform) -> None:
    reply = cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L9/E1", json=evse(), to=HUB)
    assert reply.status == 404
    assert delivered(hub) == 0


@pytest.mark.ocpi("T-31", "T-32", "H-06")
@pytest.mark.versions("2.2.1", "2.3.0")
@pytest.mark.parametrize("status", [Status.OFFLINE, Status.SUSPENDED, Status.PLANNED])
def test_who_is_not_connected_is_skipped(hub: Hub, cpo: Platform, status: Status) -> None:
    away, here = hub.platform("DE/MSP"), hub.platform("FR/MSP")
    hub.set_status(away, status)
    away.clear()
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=HUB)
    assert delivered(hub) == 1
    here.heard(module="tariffs")
    assert not away.received
    hub.set_status(away, Status.CONNECTED)
    found = away.request("GET", "tariffs", SENDER, to=HUB).data
    assert [each["id"] for each in found] == ["T1"]


@pytest.mark.ocpi("R-15")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_a_platform_without_the_module_is_skipped(hub: Hub, cpo: Platform) -> None:
    """R-15"""
    hub.platform("DE/MSP", modules=[("locations", RECEIVER)])
    reply = cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=HUB)
    assert reply.code == 1000
    assert delivered(hub) == 0


@pytest.mark.ocpi("R-31")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_every_party_of_a_platform_gets_its_own(hub: Hub, cpo: Platform) -> None:
    """R-31: one request per party, not per platform."""
    two = hub.platform("EMSP:DE/AAA", "EMSP:DE/BBB", name="two")
    two.clear()
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=HUB)
    assert delivered(hub) == 2
    to = {r.headers["ocpi-to-party-id"] for r in two.received}
    assert to == {"AAA", "BBB"}


def test_nothing_goes_back_to_the_pushers_own_platform(hub: Hub) -> None:
    both = hub.platform("CPO:NL/AAA", "EMSP:NL/BBB", name="both")
    both.clear()
    reply = both.request(
        "PUT", "tariffs", RECEIVER, "NL/AAA/T1", json=tariff(owner="NL/AAA"), to=HUB,
        from_=("NL", "AAA"),
    )  # fmt: skip
    assert reply.code == 1000
    assert delivered(hub) == 0


@pytest.mark.parametrize("token_header", [None, "Token bm9ib2R5"])
def test_a_broadcast_without_a_valid_token_reaches_nobody(
    hub: Hub, cpo: Platform, msp: Platform, token_header: str | None
) -> None:
    """Peers' fault 1: anyone could inject locations into every partner."""
    reply = cpo.request(
        "PUT", "locations", RECEIVER, "NL/CPO/L1", json=location(), to=HUB,
        headers={AUTHORIZATION: token_header, "Authorization": token_header},
    )  # fmt: skip
    assert reply.status == 401
    assert delivered(hub) == 0
    assert msp.request("GET", "locations", SENDER, to=HUB).data == []


@pytest.mark.ocpi("R-30")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_a_broadcast_in_a_foreign_partys_name_reaches_nobody(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    hub.platform("BE/CPO")
    reply = cpo.request(
        "PUT", "locations", RECEIVER, "BE/CPO/L1", json=location(owner="BE/CPO"), to=HUB,
        from_=("BE", "CPO"),
    )  # fmt: skip
    assert (reply.status, reply.code) == (200, 2001)
    assert delivered(hub) == 0


def test_a_newer_push_takes_the_place_of_a_waiting_one(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    for n in range(5):
        cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(currency=f"EU{n}"), to=HUB)
    assert delivered(hub) == 1
    assert msp.heard(module="tariffs").json["currency"] == "EU4"
    states = sorted(Delivery.objects.values_list("state", flat=True))
    assert states == ["done", *["superseded"] * 4]


@pytest.mark.ocpi("R-32")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_pushes_of_one_object_arrive_in_order(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """R-32"""
    cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=location(), to=HUB)
    for n in range(10):
        change = {"floor_level": str(n), "last_updated": LATER}
        cpo.request("PATCH", "locations", RECEIVER, "NL/CPO/L1/E1", json=change, to=HUB)
        assert delivered(hub) in (1, 2)
    levels = [r.json["floor_level"] for r in msp.received if r.method == "PATCH"]
    assert levels == [str(n) for n in range(10)]


def test_a_receivers_refusal_is_recorded_and_not_reported(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    msp.faults.set("refuse", 2001, module="tariffs")
    reply = cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=HUB)
    assert reply.code == 1000
    delivered(hub)
    record = Delivery.objects.get()
    assert (record.state, record.http_status, record.code) == ("dropped", 200, 2001)


def test_a_receiver_that_takes_the_other_token_form_gets_it(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    msp.faults.set("plain_only")
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=HUB)
    delivered(hub)
    assert Delivery.objects.get().state == "done"
    assert hub.row(msp).token_form == "plain"


@pytest.mark.ocpi("T-20")
@pytest.mark.versions("2.2.1", "2.3.0")
@pytest.mark.parametrize("data", [{}, {"data": None}, {"data": {"id": "T1"}}, {"data": "thanks"}])
def test_a_receiver_may_answer_with_any_data_or_none(
    hub: Hub, cpo: Platform, msp: Platform, data: dict[str, Any]
) -> None:
    msp.script.add("tariffs", json={"status_code": 1000, "timestamp": LATER, **data})
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=HUB)
    assert delivered(hub) == 1
    assert Delivery.objects.get().state == "done"


@pytest.mark.parametrize("fault", ["http", "throttle"])
def test_a_failing_receiver_is_tried_again(
    hub: Hub, cpo: Platform, msp: Platform, fault: str
) -> None:
    msp.faults.set(fault, module="tariffs")
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=HUB)
    assert delivered(hub) == 1
    record = Delivery.objects.get()
    assert (record.state, record.attempts) == ("waiting", 1)
    msp.faults.clear()
    Delivery.objects.update(due_at=record.created_at)
    assert delivered(hub) == 1
    record.refresh_from_db()
    assert (record.state, record.attempts) == ("done", 2)
