"""Versions by API: what is lost between them, and an object in each."""

import json
from typing import Any

import pytest

from apps.store.models import Alias
from apps.tariffs.models import Tariff
from tests.api.scripts import Script
from tests.gateway.objects import location, tariff
from tests.hub import Hub
from tests.platforms import RECEIVER
from tests.store.store import put
from tests.store.test_versions import NOW, limited

MSP = ("DE", "MSP")


@pytest.fixture
def lossy(hub: Hub) -> Hub:
    """A push from 2.3.0 to 2.1.1."""
    cpo = hub.platform("NL/CPO", version="2.3.0")
    hub.platform("DE/MSP", version="2.1.1")
    body = location(help_phone="+31 30 1234567", related_locations=[])
    reply = cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=body, to=MSP)
    assert reply.code == 1000, reply
    hub.flush()
    return hub


def test_losses_come_page_by_page(lossy: Hub, script: Script) -> None:
    whole = script.get("conversions")["items"]
    assert len(whole) > 1
    assert "$.help_phone" in {each["field"] for each in whole}
    assert {each["platform"]["platform"] for each in whole} == {"DE/MSP"}
    found: list[Any] = []
    query: dict[str, Any] = {"limit": 1}
    while True:
        page = script.get("conversions", **query)
        found += page["items"]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert found == whole
    assert script.get("conversions", what="lost", field="help")["items"] == [
        each for each in whole if each["field"] == "$.help_phone"
    ]
    assert "source" in script.refused(400, "GET", "conversions", source="9.9")["detail"]


def test_an_object_in_each_version(hub: Hub, script: Script) -> None:
    hub.platform("NL/CPO")
    put("tariffs", tariff("T1"), NOW)
    put("tariffs", limited("T2"), NOW)
    first, second = Tariff.objects.order_by("key")
    found = script.get(f"objects/tariffs/{first.pk}/versions/2.3.0")
    assert (found["id"], found["in"]["version"], found["in"]["written_in"]) == (
        "T1", "2.3.0", "2.2.1",
    )  # fmt: skip
    assert json.loads(found["in"]["text"])["tax_included"] == "NO"
    refused = script.get(f"objects/tariffs/{second.pk}/versions/2.1.1")["in"]
    assert (refused["text"], refused["refusal"]["verdict"]) == (None, "withheld")
    script.refused(404, "GET", f"objects/tariffs/{first.pk}/versions/2.2")
    script.refused(404, "GET", "objects/tariffs/999/versions/2.2.1")
    assert not Alias.objects.exists()


def test_messages_and_deliveries_say_their_version(lossy: Hub, script: Script) -> None:
    found = script.get("messages", lost="$.help_phone")["items"]
    assert [(each["direction"], each["version"]) for each in found] == [("out", "2.1.1")]
    assert found[0]["noted"] > 0
    whole = script.get(f"messages/{found[0]['id']}")
    assert "$.help_phone" in {note["path"] for note in whole["notes"]}
