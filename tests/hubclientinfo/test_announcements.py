"""What platforms are told of each other: everything new, once, in time, and to nobody else."""

import pytest

from apps.hubclientinfo.models import ClientInfo
from apps.outbox.models import Delivery, Payload
from apps.outbox.tasks import worker
from apps.parties import platforms
from apps.parties.models import Agreement
from hub.routing.network import Status
from tests.hub import Hub
from tests.hubclientinfo.goings import CPO, at, hearing, news, told, with_tariff
from tests.platforms import RECEIVER, Platform


@pytest.mark.ocpi("A-24", "H-02", "H-08", "H-10")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_who_registers_is_told_to_all_and_is_told_of_all(hub: Hub) -> None:
    """H-02, H-08, H-10"""
    msp = hearing(hub, "DE/MSP")
    cpo = hearing(hub, "NL/CPO")
    hub.deliver()
    put = msp.heard(module="hubclientinfo", method="PUT", tail="NL/CPO")
    assert put.path == f"/platform/{hub.version}/hubclientinfo/receiver/NL/CPO"
    assert put.json.items() >= {
        "party_id": "CPO", "country_code": "NL", "role": "CPO", "status": "CONNECTED",
    }.items()  # fmt: skip
    assert [name for name in put.headers if name.startswith("ocpi-")] == []
    assert put.headers["x-request-id"]
    assert put.headers["x-correlation-id"]
    assert told(cpo) == [("DE/MSP", "CONNECTED")]
    assert not msp.complaints
    assert not cpo.complaints


def test_who_offers_no_receiver_is_told_nothing(hub: Hub, cpo: Platform, msp: Platform) -> None:
    news(hub)
    assert not Delivery.objects.exists()
    msp.clear()
    hub.set_status(cpo, Status.OFFLINE)
    news(hub)
    assert not msp.received


def test_who_offers_one_later_is_told_everything_then(hub: Hub, cpo: Platform) -> None:
    msp = hub.platform("DE/MSP")
    msp.real.state.offers |= {("hubclientinfo", RECEIVER)}
    msp.rotate()
    news(hub)
    assert told(msp) == [("NL/CPO", "CONNECTED")]


@pytest.mark.ocpi("H-02")
@pytest.mark.versions("2.2.1", "2.3.0")
@pytest.mark.parametrize("status", [Status.OFFLINE, Status.SUSPENDED])
def test_every_change_is_told(hub: Hub, cpo: Platform, status: Status) -> None:
    """H-02, H-03"""
    msp = hearing(hub, "DE/MSP")
    news(hub)
    msp.clear()
    hub.set_status(cpo, status)
    news(hub)
    hub.set_status(cpo, Status.CONNECTED)
    news(hub)
    assert told(msp) == [("NL/CPO", status), ("NL/CPO", "CONNECTED")]
    assert msp.told(CPO, "CPO") == "CONNECTED"
    assert not msp.complaints


def test_the_end_of_a_registration_is_told_as_offline(hub: Hub, cpo: Platform) -> None:
    """D-33"""
    msp = hearing(hub, "DE/MSP")
    news(hub)
    cpo.unregister()
    news(hub)
    assert told(msp)[-1] == ("NL/CPO", "OFFLINE")


def test_all_parties_and_roles_of_a_platform_are_told(hub: Hub) -> None:
    """D-26: one PUT for each role; and none of a platform's own parties."""
    msp = hearing(hub, "DE/MSP")
    many = hub.platform("CPO:NL/AAA", "EMSP:NL/AAA", "CPO:NL/BBB", name="many")
    news(hub)
    msp.clear()
    hub.set_status(many, Status.OFFLINE)
    news(hub)
    roles = sorted((r.tail, r.json["role"]) for r in msp.received if r.module == "hubclientinfo")
    assert roles == [("NL/AAA", "CPO"), ("NL/AAA", "EMSP"), ("NL/BBB", "CPO")]


def test_nothing_is_told_twice(hub: Hub, cpo: Platform) -> None:
    msp = hearing(hub, "DE/MSP")
    news(hub)
    number = len(told(msp))
    for _ in range(3):
        news(hub, 60)
    assert len(told(msp)) == number == 1


def test_there_and_back_before_anybody_was_told_is_no_news(hub: Hub, cpo: Platform) -> None:
    msp = hearing(hub, "DE/MSP")
    news(hub)
    msp.clear()
    hub.set_status(cpo, Status.OFFLINE)
    hub.set_status(cpo, Status.CONNECTED)
    news(hub)
    assert [each for each in told(msp) if each[0] == "NL/CPO"] == []


def test_a_newer_announcement_takes_the_place_of_one_that_waits(hub: Hub, cpo: Platform) -> None:
    msp = hearing(hub, "DE/MSP")
    news(hub)
    msp.clear()
    hub.set_status(cpo, Status.OFFLINE)
    hub.announce()
    hub.set_status(cpo, Status.SUSPENDED)
    news(hub)
    assert told(msp) == [("NL/CPO", "SUSPENDED")]
    assert Delivery.objects.filter(state="superseded").count() == 1


def test_a_new_party_is_told_before_its_first_broadcast(hub: Hub) -> None:
    """Section 2.4: a receiver learns of a party before objects of that party arrive. Nothing runs
    between the registration and the push: the news is booked with the registration itself."""
    msp = hearing(hub, "DE/MSP")
    cpo = hub.platform("NL/CPO")
    with_tariff(cpo)
    hub.deliver()
    modules = [each.module for each in msp.received if each.method == "PUT"]
    assert modules == ["hubclientinfo", "tariffs"]


def test_news_goes_before_pushes_that_were_booked_earlier(hub: Hub, cpo: Platform) -> None:
    """Order of a lane: announcements first, whatever waits."""
    msp = hearing(hub, "DE/MSP")
    news(hub)
    msp.clear()
    for number in range(3):
        with_tariff(cpo, f"T{number}")
    hub.platform("BE/CPO")
    hub.deliver()
    modules = [each.module for each in msp.received if each.method == "PUT"]
    assert modules == ["hubclientinfo", "tariffs", "tariffs", "tariffs"]


def test_news_that_a_platform_cannot_take_holds_up_nothing(hub: Hub, cpo: Platform) -> None:
    msp = hearing(hub, "DE/MSP")
    msp.faults.set("http", 503, module="hubclientinfo")
    hub.platform("BE/CPO")
    with_tariff(cpo)
    assert worker().drain(hub.row(msp).pk) == 3
    msp.heard(module="tariffs")
    waiting = Delivery.objects.filter(state="waiting")
    assert {(each.party, each.attempts) for each in waiting} == {("", 1)}
    # Another change comes while the former one waits to be tried again.
    hub.set_status(cpo, Status.OFFLINE)
    hub.announce()
    hub.set_status(cpo, Status.CONNECTED)
    with_tariff(cpo, "T2")
    worker().drain(hub.row(msp).pk)
    msp.heard(module="tariffs", tail="NL/CPO/T2")


def test_the_record_and_the_log_show_what_was_told(hub: Hub, cpo: Platform) -> None:
    hearing(hub, "DE/MSP")
    news(hub)
    (delivery,) = Delivery.objects.all()
    assert (delivery.state, delivery.party, delivery.object) == (
        "done", "", "hubclientinfo NL/CPO CPO",
    )  # fmt: skip
    assert (delivery.payload.module, delivery.payload.owner) == ("hubclientinfo", "NL/CPO")


def test_one_payload_serves_all_who_are_told_the_same(hub: Hub) -> None:
    for party in ("DE/MSP", "FR/MSP", "BE/CPO"):
        hearing(hub, party)
    Payload.objects.all().delete()
    hub.platform("NL/CPO")
    assert (Payload.objects.count(), Delivery.objects.count()) == (1, 3)


def test_agreements_change_what_is_told(hub: Hub, cpo: Platform) -> None:
    """H-12, D-08: pending is PLANNED, an ended one is SUSPENDED for who knew of the other."""
    msp = hearing(hub, "DE/MSP")
    news(hub)
    agreement = Agreement.objects.create(one="DE/MSP", other="NL/CPO", state="offered")
    moments = iter(range(1, 100))
    for state in ("offered", "active", "paused", "ended", "active"):
        Agreement.objects.filter(pk=agreement.pk).update(state=state)
        hub.reload()
        news(hub, 20 * next(moments))
    assert [status for _, status in told(msp)] == [
        "CONNECTED", "PLANNED", "CONNECTED", "PLANNED", "SUSPENDED", "CONNECTED",
    ]  # fmt: skip


def test_agreements_that_begin_or_end_by_date_change_it_too(hub: Hub, cpo: Platform) -> None:
    """Past its end an agreement has ended, whatever its state."""
    msp = hearing(hub, "DE/MSP")
    news(hub)
    Agreement.objects.create(
        one="DE/MSP", other="NL/CPO", state="paused", starts_at=at(60), ends_at=at(120)
    )
    hub.reload()
    for offset in (20.0, 45.0):
        hub.announce(at(offset))
        assert told(msp) == [("NL/CPO", "CONNECTED")]
    for offset, status in ((70.0, "PLANNED"), (130.0, "SUSPENDED")):
        news(hub, offset)
        assert told(msp)[-1] == ("NL/CPO", status)


def test_who_is_hidden_is_never_told(hub: Hub) -> None:
    Agreement.objects.create(one="DE/MSP", other="NL/CPO", state="ended")
    hub.reload()
    msp, cpo = hearing(hub, "DE/MSP"), hearing(hub, "NL/CPO")
    hub.set_status(cpo, Status.OFFLINE)
    news(hub)
    assert (told(msp), told(cpo)) == ([], [])
    assert not ClientInfo.objects.exists()


@pytest.mark.ocpi("H-03")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_a_platform_that_was_removed_is_told_as_suspended(hub: Hub, cpo: Platform) -> None:
    """H-03: there is no DELETE."""
    msp = hearing(hub, "DE/MSP")
    news(hub)
    platforms.forget(cpo.name)
    news(hub, 20)
    assert told(msp)[-1] == ("NL/CPO", "SUSPENDED")


def test_who_is_away_is_told_nothing_and_on_return_what_is_so_then(hub: Hub, cpo: Platform) -> None:
    """H-06: no queue; the newest status once."""
    msp = hearing(hub, "DE/MSP")
    news(hub)
    msp.clear()
    hub.set_status(msp, Status.OFFLINE)
    news(hub)
    for status in (Status.OFFLINE, Status.CONNECTED, Status.OFFLINE):
        hub.set_status(cpo, status)
        news(hub)
    assert not msp.received
    hub.set_status(msp, Status.CONNECTED)
    news(hub)
    assert told(msp) == [("NL/CPO", "OFFLINE")]


def test_news_that_was_dropped_with_the_lane_is_told_on_return(hub: Hub, cpo: Platform) -> None:
    msp = hearing(hub, "DE/MSP")
    news(hub)
    msp.clear()
    hub.set_status(cpo, Status.OFFLINE)
    hub.announce()
    hub.set_status(msp, Status.OFFLINE)
    news(hub)
    assert Delivery.objects.filter(state="dropped", reason="not connected").count() == 1
    hub.set_status(msp, Status.CONNECTED)
    news(hub)
    assert told(msp) == [("NL/CPO", "OFFLINE")]
