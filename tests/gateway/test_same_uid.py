"""Tokens of one uid and several types, towards 2.1.1, which knows one token of a uid."""

from typing import Any

import pytest
from django.utils import timezone

from apps.modules import module_of
from apps.outbox.models import Delivery
from apps.store import look
from apps.tokens.models import Token
from tests.gateway.objects import LATER, token
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform
from tests.store.store import put

HUB, CPO = ("NL", "HUB"), ("NL", "CPO")


def push(
    msp: Platform, kind: str, to: tuple[str, str] = HUB, method: str = "PUT", **more: Any
) -> Any:
    body = {**more, "last_updated": LATER} if method == "PATCH" else token(type=kind, **more)
    return msp.request(
        method, "tokens", RECEIVER, "DE/MSP/U1", query=f"type={kind}", json=body, to=to
    )


def told(platform: Platform) -> list[tuple[str, str]]:
    return [(each.method, each.json.get("type", "")) for each in platform.received
            if each.module == "tokens" and each.method != "GET"]  # fmt: skip


def test_the_later_one_is_not_delivered_to_2_1_1(hub: Hub) -> None:
    msp, now = hub.platform("DE/MSP"), hub.platform("BE/CPO")
    old = hub.platform("NL/CPO", version="2.1.1")
    for kind in ("APP_USER", "RFID"):
        assert push(msp, kind).code == 1000
        hub.deliver()
    assert push(msp, "RFID", method="PATCH", valid=False).code == 1000
    hub.deliver()
    assert push(msp, "APP_USER", method="PATCH", valid=False).code == 1000
    hub.deliver()
    assert told(old) == [("PUT", "OTHER"), ("PATCH", "")]
    assert [kind for _, kind in told(now)] == ["APP_USER", "RFID", "", ""]
    dropped = Delivery.objects.filter(party="NL/CPO", state="dropped").order_by("pk")
    assert len(dropped) == 2
    assert "one token of a uid" in dropped[0].reason


def test_nor_forwarded_nor_listed(hub: Hub) -> None:
    msp, old = hub.platform("DE/MSP"), hub.platform("NL/CPO", version="2.1.1")
    assert push(msp, "RFID").code == 1000
    refused = push(msp, "APP_USER", CPO)
    assert (refused.status, refused.code) == (200, 4000)
    assert "one token of a uid" in refused.message
    assert push(msp, "RFID", CPO).code == 1000
    assert push(msp, "APP_USER").code == 1000
    assert push(msp, "APP_USER", CPO, "PATCH", valid=False).code == 4000
    listed = old.request("GET", "tokens", SENDER)
    assert [each["type"] for each in listed.data] == ["RFID"]
    assert listed.headers["x-total-count"] == "1"
    now = hub.platform("BE/CPO").request("GET", "tokens", SENDER, to=HUB)
    assert [each["type"] for each in now.data] == ["RFID", "APP_USER"]


def test_those_that_were_loaded_by_other_ways_are_looked_through(hub: Hub) -> None:
    msp = hub.platform("DE/MSP")
    for kind in ("RFID", "APP_USER"):
        assert push(msp, kind).code == 1000
    old = hub.platform("NL/CPO", version="2.1.1")
    listed = old.request("GET", "tokens", SENDER)
    assert [each["type"] for each in listed.data] == ["RFID"]
    assert listed.headers["x-total-count"] == "1"
    Token.objects.update(unsaid=None)
    listed = old.request("GET", "tokens", SENDER)
    assert listed.headers["x-total-count"] == "2"  # not exact until it has been looked at
    look.through(module_of("tokens"))
    listed = old.request("GET", "tokens", SENDER)
    assert listed.headers["x-total-count"] == "1"


@pytest.mark.parametrize("other", [{"uid": "U2"}, {"owner": "FR/MSP"}])
def test_other_uids_and_owners_are_told(hub: Hub, other: dict[str, str]) -> None:
    hub.platform("DE/MSP")
    hub.platform("FR/MSP")
    old = hub.platform("NL/CPO", version="2.1.1")
    second = token(**{"uid": "U1", "type": "APP_USER", **other})
    for body in (token(), second):
        put("tokens", body, timezone.now(), owner=f"{body['country_code']}/{body['party_id']}")
    assert len(old.request("GET", "tokens", SENDER).data) == 2
