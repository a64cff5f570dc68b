"""The trace page: any id leads to what happened, drawn and as data."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from apps.traffic.models import Leg
from tests.console.saying import soon
from tests.gateway.objects import location, tariff
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform

TRACE = "/admin/trace/"
HUB, MSP, CPO = ("NL", "HUB"), ("DE", "MSP"), ("NL", "CPO")


def push(cpo: Platform, to: tuple[str, str], number: str, **more: Any) -> None:
    headers = {"X-Request-ID": f"r-{number}", "X-Correlation-ID": f"c-{number}"}
    cpo.request(
        "PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(**more), to=to, headers=headers
    )  # fmt: skip


def data(browser: Client, asked: str) -> Any:
    return json.loads(browser.get(TRACE, {"id": asked, "format": "json"}).content)


def arrows(found: Any) -> list[tuple[str, str, str, str]]:
    """Each arrow as kind, from, to and tone."""
    names = [line["name"] for line in found["sequence"]["lifelines"]]
    return [
        (event["kind"], names[event["source"]], names[event["target"]], event["tone"])
        for event in found["sequence"]["events"]
    ]


def test_a_forwarded_message_is_four_arrows(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    push(cpo, MSP, "1")
    hub.flush()
    found = data(operator, "c-1")
    assert arrows(found) == [
        ("request", "NL/CPO", "hub", ""),
        ("request", "hub", "DE/MSP", ""),
        ("answer", "DE/MSP", "hub", "ok"),
        ("answer", "hub", "NL/CPO", "ok"),
    ]
    (share,) = found["sequence"]["shares"]
    assert share["total"] == pytest.approx(share["hub"] + share["partners"], abs=0.01)
    assert 0 < share["partners"] < share["total"]
    assert data(operator, "r-1")["sequence"] == found["sequence"]


def test_the_page_draws_it_with_links_and_a_table(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    push(cpo, MSP, "1")
    hub.flush()
    page = operator.get(TRACE, {"id": "c-1"}).content.decode()
    svg = page[page.index("<svg class") : page.index("</svg>", page.index("<svg class"))]
    for leg in Leg.objects.filter(correlation_id="c-1"):
        assert svg.count(f'href="/admin/traffic/leg/{leg.pk}/change/"') == 2
    assert svg.count('class="arrow ') == 4
    assert svg.count("aria-label=") == 4
    assert "<title id" in svg
    assert "<desc id" in svg
    assert page.count("HTTP 201, OCPI 1000") >= 4


def test_what_partners_write_is_escaped(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    bad = '"><script>alert(1)</script>'
    cpo.request(
        "PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=MSP,
        headers={"X-Correlation-ID": bad},
    )  # fmt: skip
    hub.flush()
    page = operator.get(TRACE, {"id": bad}).content.decode()
    assert "<script>alert" not in page
    assert page.count('class="arrow ') == 4


def test_a_broadcast_shows_its_deliveries_and_those_that_wait(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    msp.offline()
    push(cpo, HUB, "2")
    hub.flush()
    assert ("delivery", "hub", "DE/MSP", "") in arrows(data(operator, "c-2"))
    hub.deliver()
    hub.flush()
    found = data(operator, "c-2")
    assert ("answer", "DE/MSP", "hub", "failed") in arrows(found)
    assert "waits" in json.dumps(found["sequence"])
    assert found["sequence"]["shares"][0]["partners"] == 0


def test_the_result_of_a_command_belongs_to_its_trace(
    hub: Hub, msp: Platform, operator: Client
) -> None:
    cpo = hub.platform("NL/CPO")
    cpo.objects.put("locations", location())
    body = {
        "response_url": msp.callback_url(), "location_id": "L1",
        "token": {"country_code": "DE", "party_id": "MSP", "uid": "U1", "type": "RFID",
                  "contract_id": "C1", "issuer": "Ampere", "valid": True, "whitelist": "ALLOWED",
                  "last_updated": "2026-03-01T10:00:00Z"},
    }  # fmt: skip
    headers = {"X-Correlation-ID": "c-command"}
    msp.request(
        "POST", "commands", RECEIVER, "START_SESSION", json=body, to=CPO, headers=headers
    )  # fmt: skip
    msp.heard(module="results")

    def logged() -> bool:
        hub.flush()
        return Leg.objects.filter(module="commands", direction="in").count() == 2

    assert soon(logged)
    result = Leg.objects.get(follows="c-command")
    found = data(operator, "c-command")
    # The result may come before the response has arrived; both kinds of arrows are there anyway.
    both_ways = [("NL/CPO", "hub"), ("hub", "NL/CPO"), ("DE/MSP", "hub"), ("hub", "DE/MSP")]
    expected = [("request", *pair, "") for pair in both_ways]
    expected += [("answer", *pair, "ok") for pair in both_ways]
    assert sorted(arrows(found)) == sorted(expected)
    assert arrows(found)[0] == ("request", "DE/MSP", "hub", "")
    if result.correlation_id != "c-command":
        assert data(operator, result.correlation_id)["trace"]["follows"] == ["c-command"]


def test_an_object_leads_to_the_messages_that_changed_it(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    push(cpo, HUB, "3")
    push(cpo, MSP, "4", currency="USD")
    hub.flush()
    for asked in ("T1", "t1", "tariffs NL/CPO T1"):
        found = data(operator, asked)
        assert {chain["correlation_id"] for chain in found["chains"]} == {"c-3", "c-4"}
    assert "c-3" in operator.get(TRACE, {"id": "T1"}).content.decode()


def test_a_party_leads_to_its_messages(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    push(cpo, MSP, "5")
    hub.flush()
    for party in ("NL/CPO", "de/msp"):
        assert "c-5" in {chain["correlation_id"] for chain in data(operator, party)["chains"]}
    assert data(operator, "FR/XXX")["chains"] == []


@pytest.mark.parametrize("asked", ["", "nothing", "x" * 5000, "\x00", "%s' OR 1=1"])
def test_what_is_not_known_is_said_so(asked: str, hub: Hub, operator: Client) -> None:
    response = operator.get(TRACE, {"id": asked})
    assert response.status_code == 200
    assert "<svg class" not in response.content.decode()
    assert operator.get(TRACE, {"id": asked, "format": "json"}).status_code == 404


def test_a_session_of_many_receivers_has_room(hub: Hub, cpo: Platform, operator: Client) -> None:
    """More platforms than there is room for share the last lifeline."""
    for number in range(14):
        hub.platform(f"EMSP:DE/M{number:02d}")
    push(cpo, HUB, "6")
    hub.deliver()
    hub.flush()
    lines = data(operator, "c-6")["sequence"]["lifelines"]
    assert len(lines) == 14
    assert lines[-1]["name"] == "3 more platforms"


def test_deliveries_are_not_told_to_who_may_not_see_them(
    hub: Hub, cpo: Platform, msp: Platform, viewer: Client
) -> None:
    msp.offline()
    push(cpo, HUB, "7")
    hub.flush()
    assert data(viewer, "c-7")["trace"]["deliveries"]
    user = User.objects.get(username="viewer")
    user.user_permissions.remove(*user.user_permissions.filter(codename="view_delivery"))
    assert not data(viewer, "c-7")["trace"]["deliveries"]
    user.user_permissions.clear()
    assert viewer.get(TRACE, {"id": "c-7"}).status_code == 403
