"""Commands and charging profiles between platforms of different versions, and their results."""

import pytest

from tests.gateway import objects_2_1_1
from tests.gateway.test_across_answers import command, own
from tests.gateway.test_across_pushes import (
    CPO,
    MIDDLE,
    NEW,
    OLD,
    PAIRS,
    both,
    right,
    said,
    to,
)  # fmt: skip
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER

HUB = ("NL", "HUB")


@pytest.mark.ocpi("CM-02", "CM-03", versions=("2.1.1", "2.2.1", "2.3.0"))
@pytest.mark.ocpi("V-07", versions=("2.1.1",))
@pytest.mark.parametrize(("msps", "cpos"), PAIRS)
def test_a_session_is_started_and_the_result_comes_back(hub: Hub, msps: str, cpos: str) -> None:
    """V-07"""
    cpo, msp = both(hub, cpos, msps)
    pushed = said(cpos, "location")
    cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=pushed, to=to(cpo, HUB))
    own(cpo, "location")
    body = command(msp)
    reply = msp.request("POST", "commands", RECEIVER, "START_SESSION", json=body, to=to(msp, CPO))
    assert (reply.code, reply.data["result"]) == (1000, "ACCEPTED"), reply
    assert right(msps, "CommandResponse", reply.data)
    heard = cpo.heard(module="commands").json
    assert right(cpos, "StartSession", heard)
    assert heard["response_url"].startswith(f"{hub.url}/ocpi/{cpos}/")
    result = msp.heard(module="results")
    assert result.tail == body["response_url"].rsplit("/", 1)[-1]
    assert result.json["result"] == "ACCEPTED"
    assert right(msps, "CommandResponse" if msps == OLD else "CommandResult", result.json)
    assert not cpo.complaints
    assert not msp.complaints


@pytest.mark.parametrize(("msps", "cpos"), [(MIDDLE, OLD), (NEW, OLD)])
def test_a_reservation_cannot_be_cancelled_in_2_1_1(hub: Hub, msps: str, cpos: str) -> None:
    cpo, msp = both(hub, cpos, msps)
    body = {"response_url": msp.callback_url(), "reservation_id": "R1"}
    reply = msp.request("POST", "commands", RECEIVER, "CANCEL_RESERVATION", json=body, to=CPO)
    assert (reply.status, reply.code) == (200, 1000)
    assert reply.data["result"] == "NOT_SUPPORTED"
    assert right(msps, "CommandResponse", reply.data)
    assert "OCPI 2.1.1 has no CANCEL_RESERVATION" in reply.message
    assert not [each for each in cpo.received if each.module == "commands"]


@pytest.mark.ocpi("CM-12", versions=("2.3.0",))
@pytest.mark.parametrize(("cpos", "expected"), [(OLD, 0), (MIDDLE, 0), (NEW, 1)])
def test_unlisted_commands_reach_open_enums_only(hub: Hub, cpos: str, expected: int) -> None:
    cpo, msp = both(hub, cpos, NEW)
    body = {"response_url": msp.callback_url()}
    reply = msp.request("POST", "commands", RECEIVER, "OPEN_GATE", json=body, to=CPO)
    assert len([each for each in cpo.received if each.module == "commands"]) == expected
    if not expected:
        assert (reply.code, reply.data["result"]) == (1000, "NOT_SUPPORTED")


@pytest.mark.ocpi("V-07", versions=("2.1.1",))
def test_a_reservation_has_a_number_in_2_1_1(hub: Hub) -> None:
    """V-07"""
    cpo, msp = both(hub, OLD, MIDDLE)
    own(cpo, "location")
    body = command(msp, reservation_id="R-1", expiry_date="2030-01-01T00:00:00Z")
    numbers = []
    for _ in range(2):
        reply = msp.request("POST", "commands", RECEIVER, "RESERVE_NOW", json=body, to=CPO)
        assert reply.code == 1000, reply
        numbers.append(cpo.heard(module="commands").json["reservation_id"])
        cpo.clear()
    assert isinstance(numbers[0], int)
    assert numbers[0] == numbers[1]


def test_charging_preferences_are_unknown_to_2_1_1(hub: Hub) -> None:
    cpo, msp = both(hub, OLD, MIDDLE)
    cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S1", json=objects_2_1_1.session())
    reply = msp.request(
        "PUT", "sessions", SENDER, "S1/charging_preferences", to=CPO,
        json={"profile_type": "CHEAP"},
    )  # fmt: skip
    assert (reply.status, reply.code) == (404, 2001)


@pytest.mark.parametrize(("msps", "cpos"), [(MIDDLE, NEW), (NEW, MIDDLE)])
def test_a_charging_profile_and_its_result(hub: Hub, msps: str, cpos: str) -> None:
    cpo, msp = both(hub, cpos, msps)
    cpo.objects.put("sessions", said(cpos, "session"))
    body = {
        "response_url": msp.callback_url("chargingprofiles"),
        "charging_profile": {"charging_rate_unit": "W", "min_charging_rate": 6.0,
                             "charging_profile_period": [{"start_period": 0, "limit": 11.0}]},
    }  # fmt: skip
    reply = msp.request("PUT", "chargingprofiles", RECEIVER, "S1", json=body, to=CPO)
    assert reply.data["result"] == "ACCEPTED", reply
    assert cpo.heard(module="chargingprofiles").json["charging_profile"] == body["charging_profile"]
    assert msp.heard(module="results").json["result"] == "ACCEPTED"
    assert not msp.complaints


# What the hub refuses, as 2.1.1 is told (D-24)
