"""Platforms of 2.3.0 learn from the hub's Credentials object whom they reach: by PUT, gathered,
once for each change, and with both tokens in order whatever comes of it (D-20)."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings

from apps.credentials import registration
from apps.credentials.naming import AGAIN, due, name
from apps.hubclientinfo.models import PartiesChanged, PartiesNamed
from apps.outbox.tasks import worker
from apps.parties import directory
from hub.routing.network import Status
from tests.hub import Hub
from tests.hubclientinfo.goings import at, hearing, news, told
from tests.platforms import Platform

LATER = 301.0  # the next PUT to the same platform is allowed by then


def tell(hub: Hub, offset: float = 0) -> list[bool]:
    """What a worker does so many seconds from now: whom it told, in turn."""
    here = worker()
    results = [here.runner.run(name(each, at(offset))) for each in due(at(offset))]
    directory.refresh()
    return results


def named(platform: Platform) -> list[set[str]]:
    """The parties in each Credentials object that was PUT to a platform."""
    return [
        {f"{role['country_code']}/{role['party_id']}" for role in each.json["roles"]}
        for each in platform.received
        if each.module == "credentials" and each.method == "PUT"
    ]


@pytest.fixture
def reading(hub: Hub) -> Platform:
    """DE/MSP in 2.3.0, which registered long ago and reaches NL/CPO."""
    hub.platform("NL/CPO")
    made = hub.platform("DE/MSP", version="2.3.0")
    PartiesNamed.objects.update(at=at(-LATER))
    return made


def test_who_has_just_registered_knows_already(hub: Hub, reading: Platform) -> None:
    assert not PartiesChanged.objects.exists()
    assert tell(hub) == []
    assert named(reading) == []


def test_a_new_party_is_told_by_put_before_it_is_broadcast(hub: Hub, reading: Platform) -> None:
    """D-20"""
    tokens = (reading.hub_token, reading.own_token)
    hub.platform("BE/CPO")
    assert tell(hub) == [True]
    assert named(reading) == [{"NL/CPO", "BE/CPO"}]
    assert reading.hub_token not in tokens
    assert reading.own_token not in tokens
    assert reading.request("GET", "versions").code == 1000
    assert not PartiesChanged.objects.exists()
    assert hub.row(reading).status_cause == "credentials renewed by the hub"
    assert tell(hub, LATER) == []
    assert not reading.complaints


def test_changes_are_gathered(hub: Hub, reading: Platform) -> None:
    hub.platform("BE/CPO")
    assert tell(hub) == [True]
    hub.platform("CPO:FR/AAA", name="A")
    hub.platform("CPO:FR/BBB", name="B")
    assert tell(hub) == []
    assert tell(hub, LATER) == [True]
    assert named(reading)[1:] == [{"NL/CPO", "BE/CPO", "FR/AAA", "FR/BBB"}]


def test_get_is_always_current(hub: Hub, reading: Platform) -> None:
    """A-27"""
    hub.platform("BE/CPO")
    roles = reading.request("GET", "credentials").data["roles"]
    assert {role["country_code"] for role in roles} == {"NL", "BE"}


def test_what_changes_nothing_is_no_reason(hub: Hub, reading: Platform) -> None:
    """Another eMSP is nobody whom an eMSP reaches; who is offline may come back."""
    hub.platform("FR/MSP")
    cpo = hub.here.platforms[0]
    hub.set_status(cpo, Status.OFFLINE)
    news(hub)
    tell(hub)
    assert named(reading) == []
    assert not PartiesChanged.objects.exists()


def test_who_leaves_for_good_is_not_named_any_more(hub: Hub, reading: Platform) -> None:
    hub.platform("BE/CPO")
    tell(hub)
    hub.set_status(hub.here.platforms[0], Status.SUSPENDED)
    news(hub)
    assert tell(hub, LATER) == [True]
    assert named(reading)[-1] == {"BE/CPO"}


def test_other_versions_are_not_put_to(hub: Hub) -> None:
    older = [hub.platform("DE/MSP"), hub.platform("FR/MSP", version="2.1.1")]
    hub.platform("NL/CPO")
    assert not PartiesChanged.objects.exists()
    assert tell(hub, LATER) == []
    assert [named(each) for each in older] == [[], []]


@pytest.mark.parametrize("fault", ["hangup", "http", "html", "unauthorized"])
def test_a_put_that_fails_is_made_again_and_costs_no_token(
    hub: Hub, reading: Platform, fault: str
) -> None:
    """D-19, D-20"""
    tokens = (reading.hub_token, reading.own_token)
    hub.platform("BE/CPO")
    reading.faults.set(fault, module="credentials")
    assert tell(hub) == [False]
    row = PartiesChanged.objects.get()
    assert (row.attempts, bool(row.said)) == (1, True)
    assert reading.hub_token not in row.said
    assert (reading.hub_token, reading.own_token) == tokens
    assert reading.request("GET", "versions").code == 1000
    assert tell(hub, AGAIN[0].total_seconds() - 5) == []
    reading.faults.clear()
    assert tell(hub, AGAIN[0].total_seconds() + 5) == [True]
    assert named(reading)[-1] == {"NL/CPO", "BE/CPO"}
    assert reading.request("GET", "versions").code == 1000


def test_who_is_away_is_told_when_it_is_back(hub: Hub, reading: Platform) -> None:
    hub.platform("BE/CPO")
    hub.set_status(reading, Status.OFFLINE)
    assert tell(hub) == []
    hub.set_status(reading, Status.CONNECTED)
    assert tell(hub) == [True]


def test_two_workers_tell_once(hub: Hub, reading: Platform) -> None:
    hub.platform("BE/CPO")
    assert len(due(at(0))) == 1
    assert due(at(0)) == []
    assert due(at(timedelta(minutes=3).total_seconds())) != []


def test_platforms_may_be_told_by_hand_only(
    hub: Hub, reading: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "HUB", replace(settings.HUB, name_parties_minutes=0))
    hub.platform("BE/CPO")
    assert due(at(LATER)) == []
    asyncio.run(registration.renew(hub.row(reading)))
    assert named(reading) == [{"NL/CPO", "BE/CPO"}]
    assert not PartiesChanged.objects.exists()


def test_a_hub_is_told_of_as_other_where_there_is_no_hub(hub: Hub) -> None:
    """D-26, D-27"""
    older = hearing(hub, "DE/MSP")
    newer = hearing(hub, "FR/MSP", version="2.3.0")
    hub.platform("HUB:BE/HUB", name="other hub")
    hub.deliver()
    assert ("BE/HUB", "CONNECTED") in told(older)
    roles = {each: {i.json["role"] for i in each.received if i.tail == "BE/HUB"} for each in
             (older, newer)}  # fmt: skip
    assert roles == {older: {"HUB"}, newer: {"OTHER"}}
    for platform, role in ((older, "HUB"), (newer, "OTHER")):
        listed = platform.request("GET", "hubclientinfo").data
        assert role in [each["role"] for each in listed if each["party_id"] == "HUB"]
        assert not platform.complaints


def test_2_1_1_has_no_client_info(hub: Hub) -> None:
    cpo = hearing(hub, "NL/CPO", version="2.1.1")
    hub.platform("DE/MSP")
    news(hub)
    assert told(cpo) == []
    url = f"{hub.url}/ocpi/2.1.1/sender/hubclientinfo"
    assert cpo.request("GET", "hubclientinfo", url=url).status == 404
