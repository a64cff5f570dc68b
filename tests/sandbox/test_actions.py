"""Authorize, commands with their results, charging profiles: what a platform does when asked."""

import pytest

from apps.sandbox.memory import NotHeard
from tests.platforms import RECEIVER, SENDER, Platform
from tests.sandbox.objects import location, session, token


def command(msp: Platform, name: str = "UNLOCK_CONNECTOR", **content):
    url = msp.callback_url()
    body = {"response_url": url, "location_id": "L1", **content}
    reply = msp.request("POST", "commands", RECEIVER, name, json=body, to=("NL", "CPO"))
    return reply, url.rpartition("/")[2]


def test_a_known_token_is_authorized(cpo: Platform, msp: Platform):
    msp.objects.put("tokens", token())
    place = {"location_id": "L1"}
    reply = cpo.request("POST", "tokens", SENDER, "T1/authorize", json=place, to=msp.party)
    assert reply.data["allowed"] == "ALLOWED"
    assert reply.data["token"] == token()
    assert reply.data["location"] == place
    assert reply.data["authorization_reference"]


def test_an_unknown_token_is_404_and_2004(cpo: Platform, msp: Platform):
    reply = cpo.request("POST", "tokens", SENDER, "T1/authorize", to=msp.party)
    assert (reply.status, reply.code, reply.data) == (404, 2004, None)


def test_the_type_of_a_token_counts(cpo: Platform, msp: Platform):
    msp.objects.put("tokens", token(type="APP_USER"))

    def ask(query: str):
        tail = "T1/authorize"
        return cpo.request("POST", "tokens", SENDER, tail, query=query, to=msp.party)

    assert ask("").status == 404
    assert ask("type=APP_USER").data["allowed"] == "ALLOWED"


@pytest.mark.parametrize("verdict", ["BLOCKED", "EXPIRED", "NO_CREDIT", "NOT_ALLOWED"])
def test_a_verdict_can_be_set(verdict: str, cpo: Platform, msp: Platform):
    msp.objects.put("tokens", token())
    msp.verdicts["T1"] = verdict
    reply = cpo.request("POST", "tokens", SENDER, "T1/authorize", to=msp.party)
    assert (reply.status, reply.data["allowed"]) == (200, verdict)


def test_an_accepted_command_is_followed_by_its_result(cpo: Platform, msp: Platform):
    cpo.objects.put("locations", location())
    reply, callback = command(msp)
    assert (reply.code, reply.data["result"]) == (1000, "ACCEPTED")
    result = msp.heard(module="results", tail=callback)
    assert result.json == {"result": "ACCEPTED"}
    assert (result.from_, result.to) == (("NL", "CPO"), ("DE", "MSP"))
    assert not msp.complaints


def test_a_command_for_an_unknown_location_is_2003_and_says_so(cpo: Platform, msp: Platform):
    reply, callback = command(msp)
    assert (reply.code, reply.data["result"]) == (2003, "REJECTED")
    with pytest.raises(NotHeard):
        msp.heard(module="results", tail=callback, within=0.05)


def test_an_unknown_session_is_no_error_of_the_protocol(cpo: Platform, msp: Platform):
    reply, _ = command(msp, "STOP_SESSION", session_id="S9")
    assert (reply.code, reply.data["result"]) == (1000, "UNKNOWN_SESSION")


def test_a_command_that_does_not_exist_is_not_supported(cpo: Platform, msp: Platform):
    assert command(msp, "WASH_CAR")[0].data["result"] == "NOT_SUPPORTED"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("early_result", {"result": "ACCEPTED"}),
        ("wrapped_result", {"data": {"result": "ACCEPTED"}, "status_code": 1000}),
    ],
)
def test_results_can_come_early_or_wrapped(
    fault: str, expected: dict, cpo: Platform, msp: Platform
):
    cpo.objects.put("locations", location())
    cpo.faults.set(fault)
    _, callback = command(msp)
    if fault == "early_result":
        assert msp.received[-1].tail == callback
    content = msp.heard(module="results", tail=callback).json
    assert content.items() >= expected.items()


def test_results_can_stay_away(cpo: Platform, msp: Platform):
    cpo.objects.put("locations", location())
    cpo.faults.set("no_result")
    reply, callback = command(msp)
    assert reply.data["result"] == "ACCEPTED"
    with pytest.raises(NotHeard):
        msp.heard(module="results", tail=callback, within=0.1)


def test_results_can_have_odd_routing_headers(cpo: Platform, msp: Platform):
    cpo.objects.put("locations", location())
    cpo.faults.set("swapped_result")
    assert msp.heard(module="results", tail=command(msp)[1]).from_ == ("DE", "MSP")
    cpo.faults.clear()
    cpo.faults.set("bare_result")
    assert msp.heard(module="results", tail=command(msp)[1]).from_ is None
    assert len(msp.complaints) == 3


def test_a_result_nobody_asked_for_is_404(cpo: Platform, msp: Platform):
    url = msp.callback_url()[:-4] + "0000"
    reply = cpo.request("POST", "commands", url=url, json={"result": "ACCEPTED"}, to=msp.party)
    assert reply.status == 404
    assert "never given out" in msp.complaints[0]


def test_a_charging_profile_is_set_read_and_cleared(cpo: Platform, msp: Platform):
    cpo.objects.put("sessions", session())
    profile = {"charging_rate_unit": "A", "charging_profile_period": []}

    def ask(method: str, **more):
        return msp.request(method, "chargingprofiles", RECEIVER, "S1", to=cpo.party, **more)

    url = msp.callback_url("chargingprofiles")
    reply = ask("PUT", json={"charging_profile": profile, "response_url": url})
    assert reply.data["result"] == "ACCEPTED"
    assert msp.heard(tail=url.rpartition("/")[2]).json == {"result": "ACCEPTED"}
    for method, expected in (("GET", "ACCEPTED"), ("DELETE", "ACCEPTED"), ("DELETE", "UNKNOWN")):
        url = msp.callback_url("chargingprofiles")
        reply = ask(method, query=f"duration=900&response_url={url}")
        assert reply.data["result"] == "ACCEPTED"
        result = msp.heard(tail=url.rpartition("/")[2]).json
        assert result["result"] == expected
        if method == "GET":
            assert result["profile"]["charging_profile"] == profile
    assert not msp.complaints


def test_an_active_profile_is_told_and_has_no_data_in_answer(cpo: Platform, msp: Platform):
    told = {"start_date_time": "2026-03-01T10:00:00Z", "charging_profile": {}}
    reply = cpo.request("PUT", "chargingprofiles", SENDER, "S1", json=told, to=msp.party)
    assert reply.code == 1000
    assert "data" not in reply.json


def test_preferences_are_answered_with_a_bare_word(cpo: Platform, msp: Platform):
    cpo.objects.put("sessions", session())
    wish = {"profile_type": "GREEN"}
    tail = "S1/charging_preferences"
    assert msp.request("PUT", "sessions", SENDER, tail, json=wish, to=cpo.party).data == "ACCEPTED"
    tail = "S2/charging_preferences"
    assert msp.request("PUT", "sessions", SENDER, tail, json=wish, to=cpo.party).status == 404
