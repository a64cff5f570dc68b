"""What an operator does to deliveries by the command line."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.outbox.models import Delivery, Lane
from tests.gateway.objects import LATER, tariff
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform

HUB = ("NL", "HUB")


def command(*arguments: str) -> dict[str, Any]:
    output = StringIO()
    call_command("deliveries", *arguments, "--json", stdout=output)
    return dict(json.loads(output.getvalue()))


def push(cpo: Platform, identifier: str, **more: Any) -> None:
    reply = cpo.request("PUT", "tariffs", RECEIVER, f"NL/CPO/{identifier}", to=HUB,
                        json=tariff(identifier, **more))  # fmt: skip
    assert reply.code == 1000


@pytest.fixture
def refused(hub: Hub, cpo: Platform, msp: Platform) -> list[dict[str, Any]]:
    """Two pushes that the eMSP refused."""
    msp.faults.set("refuse", 2000, module="tariffs")
    push(cpo, "T1")
    push(cpo, "T2")
    hub.deliver()
    msp.faults.clear()
    msp.clear()
    return list(command("--failed")["deliveries"])


def test_failed_ones_are_listed_and_sent_again(
    hub: Hub, msp: Platform, refused: list[dict[str, Any]]
) -> None:
    assert [(row["object"], row["party"], row["code"]) for row in refused] == [
        ("tariffs NL/CPO T2", "DE/MSP", 2000), ("tariffs NL/CPO T1", "DE/MSP", 2000),
    ]  # fmt: skip
    assert command("--failed", "--retry") == {"sent_again": 2}
    assert [row["state"] for row in command("--waiting")["deliveries"]] == ["waiting"] * 2
    assert hub.deliver() == 2
    assert {r.json["id"] for r in msp.received} == {"T1", "T2"}
    assert command("--failed") == {"deliveries": []}


def test_nothing_older_is_sent_over_something_newer(
    hub: Hub, cpo: Platform, msp: Platform, refused: list[dict[str, Any]]
) -> None:
    push(cpo, "T1", last_updated=LATER)
    hub.deliver()
    assert command("--failed", "--retry") == {"sent_again": 1}
    hub.deliver()
    assert [r.json["last_updated"] for r in msp.received if r.json["id"] == "T1"] == [LATER]


def test_one_is_sent_again_and_one_given_up(
    hub: Hub, msp: Platform, refused: list[dict[str, Any]]
) -> None:
    newest = str(refused[0]["id"])
    assert command("--id", newest, "--retry") == {"sent_again": 1}
    assert command("--platform", msp.name, "--drop") == {"given_up": 1}
    assert hub.deliver() == 0
    given_up = Delivery.objects.get(pk=newest)
    assert (given_up.state, given_up.reason) == ("dropped", "given up by an operator")


def test_a_resting_lane_goes_on(hub: Hub, cpo: Platform, msp: Platform) -> None:
    msp.faults.set("http", 401, module="tariffs")
    push(cpo, "T1")
    hub.deliver()
    msp.faults.clear()
    assert hub.deliver() == 0
    assert command("--go-on", "--platform", msp.name) == {"went_on": True}
    assert command("--go-on", "--platform", msp.name) == {"went_on": False}
    assert Lane.objects.get().paused_reason == ""
    assert hub.deliver() == 1
    with pytest.raises(CommandError, match="name the platform"):
        command("--go-on")


def test_new_credentials_let_a_resting_lane_go_on(hub: Hub, cpo: Platform, msp: Platform) -> None:
    msp.faults.set("http", 401, module="tariffs")
    push(cpo, "T1")
    hub.deliver()
    msp.faults.clear()
    assert msp.rotate().code == 1000
    assert hub.deliver() == 1
