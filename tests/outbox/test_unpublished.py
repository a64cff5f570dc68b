"""A Location that is no longer published, where a receiver of 2.1.1 has it."""

from typing import Any

import pytest

from apps.outbox.models import Delivery
from tests.gateway.objects import LATER, evse, location
from tests.hub import Hub
from tests.hubclientinfo.returning import away, back
from tests.platforms import RECEIVER, SENDER, Platform

HUB = ("NL", "HUB")


def push(cpo: Platform, body: Any, method: str = "PUT") -> None:
    reply = cpo.request(method, "locations", RECEIVER, "NL/CPO/L1", json=body, to=HUB)
    assert reply.code == 1000, reply


def deliver(hub: Hub) -> None:
    while hub.deliver():
        pass


def told(platform: Platform) -> list[tuple[str, str, Any]]:
    return [(each.method, each.tail, each.json.get("status")) for each in platform.received
            if each.module == "locations"]  # fmt: skip


@pytest.mark.ocpi("V-05", versions=("2.1.1",))
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("version", ["2.2.1", "2.3.0"])
def test_its_evses_are_removed_there_and_nothing_else_of_it_is_told(
    hub: Hub, version: str, method: str
) -> None:
    cpo = hub.platform("NL/CPO", version=version)
    old, now = hub.platform("DE/MSP", version="2.1.1"), hub.platform("FR/MSP")
    gone = evse("E3", status="REMOVED")
    push(cpo, location(evses=[evse("E1"), evse("E2"), gone]))
    deliver(hub)
    old.clear()
    now.clear()
    hidden = {"publish": False, "name": "A yard", "last_updated": LATER}
    push(cpo, {**location(), **hidden} if method == "PUT" else hidden, method)
    deliver(hub)
    assert told(old) == [
        ("PATCH", "NL/CPO/L1/E1", "REMOVED"),
        ("PATCH", "NL/CPO/L1/E2", "REMOVED"),
    ]
    assert all(set(each.json) == {"status", "last_updated"} for each in old.received)
    assert old.received[0].json["last_updated"] == LATER
    assert not old.complaints
    assert [each[0] for each in told(now)] == [method]
    assert old.request("GET", "locations", SENDER).data == []
    old.clear()
    again = "2026-03-01T12:00:00Z"
    push(cpo, {"publish": False, "last_updated": again}, "PATCH")  # it was not published
    deliver(hub)
    assert told(old) == []


@pytest.mark.ocpi("V-05", versions=("2.1.1",))
def test_who_never_had_it_is_told_nothing_of_it(hub: Hub) -> None:
    cpo, old = hub.platform("NL/CPO"), hub.platform("DE/MSP", version="2.1.1")
    push(cpo, location(publish=False))
    push(cpo, location(publish=False, last_updated=LATER))
    deliver(hub)
    assert told(old) == []
    assert not Delivery.objects.filter(state="waiting").exists()


def test_what_is_older_than_what_is_kept_removes_nothing(hub: Hub) -> None:
    cpo, old = hub.platform("NL/CPO"), hub.platform("DE/MSP", version="2.1.1")
    push(cpo, location(last_updated=LATER))
    deliver(hub)
    old.clear()
    push(cpo, location(publish=False))
    deliver(hub)
    assert not [each for each in told(old) if each[0] == "PATCH"]


@pytest.mark.ocpi("V-05", versions=("2.1.1",))
def test_who_was_away_is_told_when_it_returns(hub: Hub) -> None:
    """Of the one that it had; of the other it never hears."""
    cpo, old = hub.platform("NL/CPO"), hub.platform("DE/MSP", version="2.1.1")
    hub.change(old, catch_up=True)
    push(cpo, location(evses=[evse("E1"), evse("E2", status="REMOVED")]))
    deliver(hub)
    away(hub, old)
    push(cpo, {"publish": False, "last_updated": "2026-03-01T11:00:00.5Z"}, "PATCH")
    secret = location("L2", publish=False)
    at = ("PUT", "locations", RECEIVER, "NL/CPO/L2")
    assert cpo.request(*at, json=secret, to=HUB).code == 1000
    back(hub, old)
    assert told(old) == [("PATCH", "NL/CPO/L1/E1", "REMOVED")]
    (heard,) = [each for each in old.received if each.module == "locations"]
    assert heard.json == {"status": "REMOVED", "last_updated": "2026-03-01T11:00:00Z"}
    assert not old.complaints
