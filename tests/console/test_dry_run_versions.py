"""Dry runs between versions: the body as it would be sent, and what that loses; nothing is kept."""

import json
from typing import Any

from django.test import Client

from apps.store.models import Alias
from tests.gateway.objects import location
from tests.hub import Hub
from tests.platforms import Platform
from tests.store.test_versions import limited

PATH = "/ocpi/{}/receiver/{}/NL/CPO/{}"


def tried(
    browser: Client, sender: Platform, module: str, body: dict[str, Any], to: str
) -> dict[str, Any]:
    country, party = to.split("/")
    lines = (
        "OCPI-from-country-code: NL", "OCPI-from-party-id: CPO",
        f"OCPI-to-country-code: {country}", f"OCPI-to-party-id: {party}",
    )  # fmt: skip
    asked = {
        "method": "PUT", "path": PATH.format(sender.version, module, body["id"]),
        "headers": "\n".join(lines), "body": json.dumps(body), "format": "json",
    }  # fmt: skip
    return dict(browser.post("/admin/dry-run/", asked).json())


def steps(found: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["says"] for each in found["steps"]}


def test_a_forward_shows_the_converted_body_and_its_losses(hub: Hub, operator: Client) -> None:
    cpo = hub.platform("NL/CPO", version="2.3.0")
    hub.platform("DE/MSP", version="2.1.1")
    found = tried(operator, cpo, "locations", location(help_phone="1"), "DE/MSP")
    (leg,) = found["legs"]
    assert "help_phone" not in json.loads(leg["body"])
    assert "$.help_phone" in {note["path"] for note in leg["notes"]}
    assert "lost $.help_phone" in steps(found)["it can be said in OCPI 2.1.1, for DE/MSP"]


def test_a_broadcast_shows_each_receiver_in_its_version(hub: Hub, operator: Client) -> None:
    cpo = hub.platform("NL/CPO", version="2.3.0")
    hub.platform("DE/MSP", version="2.1.1")
    hub.platform("FR/MSP", version="2.3.0")
    found = tried(operator, cpo, "locations", location(help_phone="1"), "NL/HUB")
    legs = {each["party"]: each for each in found["legs"]}
    assert legs["FR/MSP"]["body"] is None
    assert legs["FR/MSP"]["notes"] == []
    assert "help_phone" not in json.loads(legs["DE/MSP"]["body"])
    assert "$.help_phone" in {note["path"] for note in legs["DE/MSP"]["notes"]}


def test_what_would_be_withheld_is_told_and_the_others_get_it(hub: Hub, operator: Client) -> None:
    cpo = hub.platform("NL/CPO")
    hub.platform("DE/MSP", version="2.1.1")
    hub.platform("FR/MSP")
    found = tried(operator, cpo, "tariffs", limited("T1"), "NL/HUB")
    assert [each["party"] for each in found["legs"]] == ["FR/MSP"]
    said = steps(found)["it can be said in OCPI 2.1.1, for DE/MSP"]
    assert said.startswith("withheld: cannot be said in OCPI 2.1.1 ($.min_price")
    assert found["refusal"] is None
    assert not Alias.objects.exists()
