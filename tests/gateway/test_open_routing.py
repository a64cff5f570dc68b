"""Open Routing: a message without TO finds its way by what it says and by what passed before."""

from typing import Any

import pytest

from apps.parties.models import Agreement
from hub.ocpi.status import Code
from hub.routing.network import Status
from tests.gateway.objects import LATER, cdr, location, session, token
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

HUB, CPO, MSP = ("NL", "HUB"), ("NL", "CPO"), ("DE", "MSP")


def command(msp: Platform, name: str, **body: Any) -> Any:
    content = {"response_url": msp.callback_url(), **body}
    return msp.request("POST", "commands", RECEIVER, name, json=content)


def known_location(cpo: Platform, identifier: str = "L1") -> None:
    """The CPO has a location and has told the hub."""
    body = location(identifier, owner="/".join(cpo.party))
    cpo.objects.put("locations", body)
    tail = f"{body['country_code']}/{body['party_id']}/{identifier}"
    assert cpo.request("PUT", "locations", RECEIVER, tail, json=body, to=HUB).code == 1000


@pytest.mark.ocpi("R-16", "R-17", "R-19", "SE-12")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_a_session_goes_to_the_owner_of_its_token_and_nobody_else(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """SE-12, R-17"""
    other = hub.platform("FR/MSP")
    reply = cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S1", json=session())
    assert reply.code == 1000
    assert reply.headers["ocpi-from-party-id"] == "MSP"
    heard = msp.heard(module="sessions")
    assert heard.headers["ocpi-from-party-id"] == "CPO"
    assert heard.headers["ocpi-to-party-id"] == "MSP"
    assert not [r for r in other.received if r.module == "sessions"]


@pytest.mark.ocpi("R-18")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_later_messages_of_a_session_follow_the_first(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """A PATCH without cdr_token, a GET of the eMSP's copy, the CDR."""
    cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S1", json=session(), to=MSP)
    change = {"kwh": 1.5, "last_updated": LATER}
    assert cpo.request("PATCH", "sessions", RECEIVER, "NL/CPO/S1", json=change).code == 1000
    assert cpo.request("GET", "sessions", RECEIVER, "NL/CPO/S1").data["kwh"] == 1.5
    bare = cdr()
    bare["cdr_token"] = {"uid": "U9", "type": "RFID", "contract_id": "C"}  # as a 2.2 peer sends it
    assert cpo.request("POST", "cdrs", RECEIVER, json=bare).code == 1000
    assert msp.heard(module="cdrs").json == bare


def test_a_cdr_finds_the_token_owner_through_the_kept_token(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    msp.request("PUT", "tokens", RECEIVER, "DE/MSP/U1", json=token(), to=HUB)
    bare = cdr(session_id="unknown")
    bare["cdr_token"] = {"uid": "u1", "type": "RFID", "contract_id": "C"}
    assert cpo.request("POST", "cdrs", RECEIVER, json=bare).code == 1000
    msp.heard(module="cdrs")


def test_a_session_is_found_by_the_authorization_reference_of_its_command(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    known_location(cpo)
    reply = command(msp, "START_SESSION", location_id="L1", authorization_reference="REF-1",
                    token=token())  # fmt: skip
    assert reply.code == 1000, reply
    body = session(authorization_reference="REF-1")
    body["cdr_token"] = {"uid": "U1", "type": "RFID", "contract_id": "C"}
    assert (
        cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S7", json={**body, "id": "S7"}).code
        == 1000
    )
    msp.heard(module="sessions")


def test_commands_find_the_cpo(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """START by location, STOP by session, CANCEL by reservation."""
    hub.platform("BE/CPO")
    known_location(cpo)
    assert command(msp, "START_SESSION", location_id="l1", token=token()).code == 1000
    assert cpo.heard(module="commands").tail == "START_SESSION"
    cpo.objects.put("sessions", session())
    cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S1", json=session(), to=MSP)
    assert command(msp, "STOP_SESSION", session_id="S1").code == 1000
    reserve = {"location_id": "L1", "reservation_id": "R1", "token": token(),
               "expiry_date": "2036-01-01T00:00:00Z"}  # fmt: skip
    assert command(msp, "RESERVE_NOW", **reserve).code == 1000
    assert command(msp, "CANCEL_RESERVATION", reservation_id="R1").status == 200
    heard = [r.tail for r in cpo.received if r.module == "commands"]
    assert heard == ["START_SESSION", "STOP_SESSION", "RESERVE_NOW", "CANCEL_RESERVATION"]


def test_what_the_hub_learned_survives_in_the_database(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """The routing index is rows: a fresh look at everything else changes nothing."""
    cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S1", json=session(), to=MSP)
    hub.reload()
    change = {"kwh": 2, "last_updated": LATER}
    assert cpo.request("PATCH", "sessions", RECEIVER, "NL/CPO/S1", json=change).code == 1000


def test_another_emsp_cannot_stop_a_session_it_has_no_part_in(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S1", json=session(), to=MSP)
    stranger = hub.platform("FR/MSP")
    reply = command(stranger, "STOP_SESSION", session_id="S1")
    assert reply.code == Code.UNKNOWN_RECEIVER
    assert not [r for r in cpo.received if r.module == "commands"]


@pytest.mark.ocpi("SE-08", "SE-09")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_charging_preferences_and_profiles_find_the_session(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    cpo.objects.put("sessions", session())
    cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S1", json=session(), to=MSP)
    wanted = ("PUT", "sessions", SENDER, "S1/charging_preferences")
    reply = msp.request(*wanted, json={"profile_type": "GREEN"})
    assert reply.status == 200
    assert reply.data == "ACCEPTED"
    assert cpo.heard(module="sessions", method="PUT").tail == "S1/charging_preferences"
    body = {"response_url": msp.callback_url(), "charging_profile": {"charging_rate_unit": "A"}}
    assert msp.request("PUT", "chargingprofiles", RECEIVER, "S1", json=body).code == 1000
    cannot = {"status_code": 2001, "timestamp": LATER}
    cpo.script.add("sessions", status=404, json=cannot)
    reply = msp.request(*wanted, json={"profile_type": "FAST"})
    assert (reply.status, reply.code) == (404, 2001)


@pytest.mark.ocpi("R-09", "R-16", "L-06")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_one_location_of_somebody(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """Row 6"""
    known_location(cpo)
    reply = msp.request("GET", "locations", SENDER, "L1")
    assert (reply.code, reply.data["id"]) == (1000, "L1")
    assert reply.headers["ocpi-from-party-id"] == "CPO"
    assert msp.request("GET", "locations", SENDER, "L1/E1").data["uid"] == "E1"


def test_an_id_that_two_parties_use_is_2002_and_names_them(hub: Hub, msp: Platform) -> None:
    for party in ("NL/CPO", "BE/CPO"):
        known_location(hub.platform(party))
    for reply in (
        msp.request("GET", "locations", SENDER, "L1"),
        command(msp, "START_SESSION", location_id="L1", token=token()),
    ):
        assert reply.code == Code.NOT_ENOUGH_INFORMATION
        assert "BE/CPO, NL/CPO" in reply.message


@pytest.mark.ocpi("T-35", "R-25")
@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("START_SESSION", {"location_id": "nowhere"}),
        ("STOP_SESSION", {"session_id": "none"}),
        ("CANCEL_RESERVATION", {"reservation_id": "none"}),
        ("UNLOCK_CONNECTOR", {}),
        ("START_SESSION", {"location_id": "#NA"}),
        ("START_SESSION", {"location_id": 7}),
    ],
)
def test_what_cannot_be_placed_is_4001(
    hub: Hub, cpo: Platform, msp: Platform, name: str, body: dict[str, Any]
) -> None:
    reply = command(msp, name, **body)
    assert (reply.status, reply.code) == (200, Code.UNKNOWN_RECEIVER)
    assert "OCPI-to" in reply.message


def test_the_party_found_is_refused_as_if_it_had_been_named(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    hub.set_status(msp, Status.OFFLINE)
    reply = cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S1", json=session())
    assert reply.code == Code.CONNECTION_PROBLEM
    reply = cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S1", json=session(payer="XX/YYY"))
    assert reply.code == Code.UNKNOWN_RECEIVER


@pytest.mark.ocpi("CM-06")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_a_command_with_somebody_elses_token_is_refused(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """CM-06"""
    reply = command(msp, "START_SESSION", location_id="L1", token=token(owner="FR/MSP"))
    assert (reply.code, "token" in reply.message) == (2001, True)


# Authorization


def test_an_agreement_that_ended_hides_the_party(hub: Hub, cpo: Platform, msp: Platform) -> None:
    known_location(cpo)
    Agreement.objects.create(one="NL/CPO", other="DE/MSP", state=Agreement.State.ENDED)
    hub.reload()
    assert msp.request("GET", "locations", SENDER, "L1", to=CPO).code == Code.UNKNOWN_RECEIVER
    assert msp.request("GET", "locations", SENDER, "L1").code == Code.UNKNOWN_RECEIVER
    assert msp.request("GET", "locations", SENDER, to=HUB).data == []
