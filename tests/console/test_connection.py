"""How the connection to a platform was, on its page and on the command line."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from hub.routing.network import Status
from tests.console.saying import command, text_of, words
from tests.hub import Hub
from tests.hubclientinfo.goings import at, checked, hearing, news
from tests.platforms import Platform


def test_the_page_and_the_command_show_the_history(
    hub: Hub, msp: Platform, operator: Client
) -> None:
    hub.set_status(msp, Status.OFFLINE)
    news(hub)
    facts = command("platform", "DE/MSP")
    assert [(c["before"], c["after"], c["cause"]) for c in facts["history"]] == [
        ("CONNECTED", "OFFLINE", "a test says so"), ("PLANNED", "CONNECTED", "registered"),
    ]  # fmt: skip
    assert facts["history"][0]["announced"].endswith("Z")
    assert facts["liveness"]["checks_failed"] == 0
    assert facts["switches"]["catch_up"] is True
    assert facts["switches"]["still_alive_minutes"] is None
    text = text_of("platform", "DE/MSP")
    page = words(operator.get(f"/admin/parties/platform/{hub.row(msp).pk}/change/"))
    for part in ("a test says so", "registered", "OFFLINE"):
        assert part in text
        assert part in page
    assert "changes of status" in page.lower()


def test_a_platform_that_refuses_the_token_shows_it(
    hub: Hub, msp: Platform, operator: Client
) -> None:
    """Section 3.3: the operator is told; the platform stays CONNECTED."""
    msp.faults.set("unauthorized")
    assert checked(at(400)) == 1
    facts = command("platform", "DE/MSP")
    assert facts["status"] == "CONNECTED"
    assert "refuses the hub's token" in facts["liveness"]["check_said"]
    page = words(operator.get(f"/admin/parties/platform/{hub.row(msp).pk}/change/"))
    assert "HTTP 401" in page


@pytest.mark.ocpi("H-09")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_what_a_platform_has_is_compared_with_what_it_should_have(hub: Hub, cpo: Platform) -> None:
    """H-09"""
    msp = hearing(hub, "DE/MSP")
    hearing(hub, "FR/MSP")
    news(hub)
    answer = command("clientinfo", "DE/MSP")
    assert [(o["party"], o["role"], o["should_be"], o["says"]) for o in answer["objects"]] == [
        ("FR/MSP", "EMSP", "CONNECTED", "CONNECTED"), ("NL/CPO", "CPO", "CONNECTED", "CONNECTED"),
    ]  # fmt: skip
    assert (answer["differing"], answer["told_again"]) == (0, 0)
    assert not msp.complaints
    got = msp.heard(module="hubclientinfo", method="GET", tail="NL/CPO")
    assert [name for name in got.headers if name.startswith("ocpi-")] == []


def test_what_differs_is_told_again_on_demand(hub: Hub, cpo: Platform) -> None:
    msp = hearing(hub, "DE/MSP")
    hub.platform("FR/MSP")
    news(hub)
    msp.real.state.clients.popitem()
    (left,) = msp.real.state.clients.values()
    next(iter(left.values()))["status"] = "PLANNED"
    with pytest.raises(CommandError, match="2 of 2 objects differ"):
        command("clientinfo", "DE/MSP")
    with pytest.raises(CommandError, match="2 of 2 objects differ"):
        call_command("clientinfo", "DE/MSP", "--tell-again")
    hub.deliver()
    assert command("clientinfo", "DE/MSP")["differing"] == 0
    assert "NL/CPO" in text_of("clientinfo", "DE/MSP")


def test_a_platform_that_cannot_be_asked_says_so(hub: Hub, cpo: Platform, msp: Platform) -> None:
    with pytest.raises(CommandError, match="offers no RECEIVER interface of hubclientinfo"):
        command("clientinfo", "DE/MSP")
    other = hearing(hub, "FR/MSP")
    other.offline()
    with pytest.raises(CommandError, match="objects differ"):
        command("clientinfo", "FR/MSP")
