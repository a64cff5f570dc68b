"""URLs in messages lead back through the hub: results, pages, the place of a CDR."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote

import pytest

from apps.store.models import StandIn
from tests.gateway.objects import location, session
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

CPO, MSP = ("NL", "CPO"), ("DE", "MSP")


@pytest.fixture
def cpo(hub: Hub) -> Platform:
    """NL/CPO with a location L1 and a running session S1."""
    made = hub.platform("NL/CPO")
    made.objects.put("locations", location())
    made.objects.put("sessions", session())
    return made


def start_session(msp: Platform, **more: Any) -> Any:
    body = {
        "response_url": msp.callback_url(), "location_id": "L1",
        "token": {"country_code": "DE", "party_id": "MSP", "uid": "U1", "type": "RFID",
                  "contract_id": "C1", "issuer": "Ampere", "valid": True, "whitelist": "ALLOWED",
                  "last_updated": "2026-03-01T10:00:00Z"},
        **more,
    }  # fmt: skip
    return msp.request("POST", "commands", RECEIVER, "START_SESSION", json=body, to=CPO)


@pytest.mark.ocpi("Y-05", "R-34", "CM-02", "CM-03", "CM-04", "CM-07", "CM-09")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_a_command_and_its_result(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """CM-02, CM-03, CM-04"""
    original = msp.callback_url()
    reply = start_session(msp, response_url=original, spaced="  1.50  ")
    assert (reply.status, reply.code, reply.data["result"]) == (200, 1000, "ACCEPTED")
    given = cpo.heard(module="commands").json["response_url"]
    assert given != original
    assert given.startswith(f"{hub.url}/ocpi/{hub.version}/sender/commands/via-")
    assert len(given) <= 255
    assert cpo.request("GET", "tokens", SENDER, to=("NL", "HUB")).data == []
    result = msp.heard(module="results")
    assert result.tail == original.rsplit("/", 1)[-1]
    assert result.json["result"] == "ACCEPTED"
    assert "status_code" not in result.json
    assert result.headers["ocpi-to-party-id"] == "MSP"
    assert result.headers["ocpi-from-country-code"] == "NL"
    assert result.headers["ocpi-from-party-id"] == "CPO"
    assert not cpo.complaints
    assert not msp.complaints


@pytest.mark.parametrize(
    "fault", ["early_result", "wrapped_result", "bare_result", "swapped_result"]
)
def test_results_of_all_shapes_arrive(hub: Hub, cpo: Platform, msp: Platform, fault: str) -> None:
    """Before the response, in an envelope, without routing headers or with FROM and TO swapped."""
    cpo.faults.set(fault)
    assert start_session(msp).code == 1000
    result = msp.heard(module="results")
    assert result.json["result"] == "ACCEPTED"
    assert result.headers["ocpi-from-party-id"] == "CPO"
    assert not msp.complaints


def test_a_result_url_works_for_the_platform_it_was_given_to_only(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    other = hub.platform("BE/CPO")
    cpo.faults.set("no_result")
    start_session(msp)
    url = cpo.heard(module="commands").json["response_url"]
    for stranger in (other, msp):
        reply = stranger.request("POST", "commands", url=url, json={"result": "ACCEPTED"}, to=MSP)
        assert reply.status == 404
    assert not [r for r in msp.received if r.module == "results"]
    assert cpo.request("POST", "commands", url=url, json={"result": "FAILED"}, to=MSP).code == 1000
    assert msp.heard(module="results").json == {"result": "FAILED"}


@pytest.mark.ocpi("CM-05")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_a_second_result_is_delivered_while_the_stand_in_lives(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """CM-05"""
    start_session(msp)
    url = cpo.heard(module="commands").json["response_url"]
    msp.heard(module="results")
    late = {"result": "CANCELED_RESERVATION"}
    assert cpo.request("POST", "commands", url=url, json=late, to=MSP).code == 1000
    msp.heard(lambda r: r.json == late, module="results")


def test_an_expired_or_unknown_stand_in_is_404(hub: Hub, cpo: Platform, msp: Platform) -> None:
    cpo.faults.set("no_result")
    start_session(msp)
    url = cpo.heard(module="commands").json["response_url"]
    StandIn.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    for dead in (url, url[:-32] + "0" * 32):
        assert cpo.request("POST", "commands", url=dead, json={"result": "X"}).status == 404
    assert cpo.request("GET", "commands", url=url).status == 404


def test_the_wrong_method_on_a_stand_in_is_405(hub: Hub, cpo: Platform, msp: Platform) -> None:
    cpo.faults.set("no_result")
    start_session(msp)
    url = cpo.heard(module="commands").json["response_url"]
    reply = cpo.request("GET", "commands", url=url)
    assert (reply.status, reply.headers["allow"]) == (405, "POST")


def test_reserve_nows_stand_in_stays_until_the_reservation_ends(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    ends = datetime.now(UTC) + timedelta(hours=9)
    msp.request(
        "POST", "commands", RECEIVER, "RESERVE_NOW", to=CPO,
        json={"response_url": msp.callback_url(), "location_id": "L1", "reservation_id": "R1",
              "expiry_date": f"{ends:%Y-%m-%dT%H:%M:%SZ}"},
    )  # fmt: skip
    kept = StandIn.objects.get().expires_at
    assert kept is not None
    assert ends < kept < ends + timedelta(hours=1)


def test_the_stand_in_lives_as_long_as_the_response_announces(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    cpo.script.add(
        "commands", json={"status_code": 1000, "timestamp": "2026-01-01T00:00:00Z",
                          "data": {"result": "ACCEPTED", "timeout": 7200}},
    )  # fmt: skip
    start_session(msp)
    kept = StandIn.objects.get().expires_at
    assert kept is not None
    assert kept > datetime.now(UTC) + timedelta(hours=2)


@pytest.mark.ocpi("R-35")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_a_response_url_on_a_foreign_host_is_2001(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """The hub would send its token there."""
    cpo.clear()
    for url in (
        "https://elsewhere.example/cb", "ftp://127.0.0.1/cb", "not a url", "", None,
        "http://127.0.0.1.evil.example/cb", "http://user@evil.example/",
    ):  # fmt: skip
        reply = start_session(msp, response_url=url)
        assert (reply.status, reply.code) == (200, 2001), url
        assert "response_url" in reply.message
    assert not [r for r in cpo.received if r.module == "commands"]


def test_only_the_response_url_of_a_body_changes(hub: Hub, cpo: Platform, msp: Platform) -> None:
    cpo.faults.set("no_result")
    original = msp.callback_url()
    body = (
        b'{ "location_id":"L1",\n  "x_num": 1.500000, "response_url" : "%s",'
        b' "x_text":"\\u00e9\xc3\xa9" }' % original.encode()
    )
    msp.request("POST", "commands", RECEIVER, "UNLOCK_CONNECTOR", body=body, to=CPO)
    heard = cpo.heard(module="commands").body
    given = cpo.heard(module="commands").json["response_url"]
    assert heard == body.replace(original.encode(), given.encode())


# Charging profiles: the response_url in the query and in the body


@pytest.mark.ocpi("CP-01", "R-34")
@pytest.mark.versions("2.2.1", "2.3.0")
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_charging_profile_callback_in_the_query(
    hub: Hub, cpo: Platform, msp: Platform, method: str
) -> None:
    """CP-01"""
    original = msp.callback_url("chargingprofiles")
    duration = "duration=900&" if method == "GET" else ""
    reply = msp.request(
        method, "chargingprofiles", RECEIVER, "S1", to=CPO,
        query=f"{duration}response_url={quote(original, safe='')}",
    )  # fmt: skip
    assert reply.code == 1000, reply
    heard = cpo.heard(module="chargingprofiles", method=method)
    asked = parse_qs(heard.query)
    assert asked["response_url"][0].startswith(f"{hub.version_url}/sender/chargingprofiles/via-")
    assert heard.query.startswith(duration)
    result = msp.heard(module="results")
    assert result.tail == original.rsplit("/", 1)[-1]
    assert not msp.complaints


def test_an_unencoded_response_url_keeps_its_own_parameters(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """The spec's own example puts a URL with a question mark into the query as it is."""
    original = msp.callback_url("chargingprofiles")
    cpo.faults.set("no_result")
    msp.request(
        "GET", "chargingprofiles", RECEIVER, "S1", to=CPO,
        query=f"response_url={original}?a=1&b=2&duration=900",
    )  # fmt: skip
    heard = parse_qs(cpo.heard(module="chargingprofiles").query)
    assert heard["duration"] == ["900"]
    assert set(heard) == {"duration", "response_url"}
    assert StandIn.objects.get().url == f"{original}?a=1&b=2"


@pytest.mark.ocpi("CP-05")
@pytest.mark.versions("2.2.1", "2.3.0")
@pytest.mark.parametrize(
    ("method", "query", "missing"),
    [("GET", "duration=1", "response_url"), ("GET", "response_url=x", "duration"),
     ("DELETE", "", "response_url")],
)  # fmt: skip
def test_required_query_parameters(
    hub: Hub, cpo: Platform, msp: Platform, method: str, query: str, missing: str
) -> None:
    """CP-05"""
    reply = msp.request(method, "chargingprofiles", RECEIVER, "S1", query=query, to=CPO)
    assert (reply.code, missing in reply.message) == (2001, True)


@pytest.mark.ocpi("CP-01", "CP-02")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_a_charging_profile_is_set_and_its_result_comes_back(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    body = {
        "response_url": msp.callback_url("chargingprofiles"),
        "charging_profile": {"charging_rate_unit": "W", "min_charging_rate": 6.0,
                             "charging_profile_period": [{"start_period": 0, "limit": 11.0}]},
    }  # fmt: skip
    reply = msp.request("PUT", "chargingprofiles", RECEIVER, "S1", json=body, to=CPO)
    assert reply.data["result"] == "ACCEPTED"
    assert msp.heard(module="results").json["result"] == "ACCEPTED"
    # CP-03: the CPO's later update finds the one who set the profile, without TO.
    update = {"start_date_time": "2026-03-01T10:00:00Z", "charging_profile": {}}
    answer = cpo.request("PUT", "chargingprofiles", SENDER, "S1", json=update)
    assert (answer.code, answer.data) == (1000, None)
    assert msp.heard(module="chargingprofiles").json == update


@pytest.mark.ocpi("CP-04")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_a_charging_profile_that_is_refused_says_why(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    body = {"response_url": msp.callback_url("chargingprofiles"),
            "charging_profile": {"charging_rate_unit": "W"}}  # fmt: skip
    for result in ("TOO_OFTEN", "UNKNOWN_SESSION"):
        said = {"result": result, "timeout": 0}
        answer = {"status_code": 1000, "timestamp": "2026-03-01T10:00:00Z", "data": said}
        cpo.script.add("chargingprofiles", json=answer)
        reply = msp.request("PUT", "chargingprofiles", RECEIVER, "S1", json=body, to=CPO)
        assert (reply.code, reply.data) == (1000, said)
