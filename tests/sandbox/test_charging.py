"""A charge at a simulated CPO, from the command to its CDR, as the eMSP hears it."""

from decimal import Decimal

import pytest

from apps.sandbox import drivers, network, prices
from apps.sandbox.charging import Charging
from apps.sandbox.memory import Pattern
from tests.platforms import RECEIVER, Platform
from tests.sandbox.shapes import wrong

CPO = ("NL", "CPO")
MSP = ("DE", "MSP")
CARD = drivers.token(MSP, 0)


@pytest.fixture
def charging(cpo: Platform) -> Charging:
    cpo.objects.put_all("locations", network.locations(CPO, 3))
    cpo.objects.put_all("tariffs", prices.tariffs(CPO, prices.WORTH))
    return Charging(cpo.real, tick_seconds=0.01, ticks=3)


def command(msp: Platform, name: str, **content):
    url = msp.callback_url()
    body = {"response_url": url, **content}
    reply = msp.request("POST", "commands", RECEIVER, name, json=body, to=CPO)
    assert reply.data["result"] == "ACCEPTED"
    return msp.heard(tail=url.rpartition("/")[2]).json["result"]


def start(msp: Platform, **more):
    site = network.location(CPO, 0)
    return command(msp, "START_SESSION", token=CARD, location_id=site["id"], **more)


def test_a_charge_runs_through_its_states(charging: Charging, cpo: Platform, msp: Platform):
    assert start(msp, authorization_reference="REF1") == "ACCEPTED"
    cdr = msp.heard(module="cdrs").json
    pushes = [each.json for each in msp.received if each.module == "sessions"]
    assert [push["status"] for push in pushes if "status" in push] == [
        "PENDING",
        "ACTIVE",
        "COMPLETED",
    ]
    session = msp.objects.get("sessions", CPO, pushes[0]["id"])
    assert list(wrong("Session", session)) == []
    assert list(wrong("Cdr", cdr)) == []
    assert len(session["charging_periods"]) == 3
    assert session["kwh"] == cdr["total_energy"] > 0
    assert session["total_cost"] == cdr["total_cost"]
    assert session["authorization_reference"] == cdr["authorization_reference"] == "REF1"
    assert session["auth_method"] == "COMMAND"
    volumes = [
        Decimal(str(dimension["volume"]))
        for period in cdr["charging_periods"]
        for dimension in period["dimensions"]
        if dimension["type"] == "ENERGY"
    ]
    assert sum(volumes) == Decimal(str(cdr["total_energy"]))
    assert cpo.objects.count("cdrs") == 1
    assert not msp.complaints
    assert not cpo.complaints


def test_the_result_comes_before_the_session(charging: Charging, msp: Platform):
    start(msp)
    msp.heard(module="sessions")
    modules = [each.module for each in msp.received if each.module in ("results", "sessions")]
    assert modules[:2] == ["results", "sessions"]


def test_stop_session_ends_it_early(charging: Charging, msp: Platform):
    charging.ticks, charging.tick_seconds = 1000, 60
    start(msp)
    session_id = msp.heard(module="sessions", method="PUT").json["id"]
    msp.heard_all(2, Pattern(module="sessions"))
    assert command(msp, "STOP_SESSION", session_id=session_id) == "ACCEPTED"
    assert len(msp.heard(module="cdrs").json["charging_periods"]) == 1


def test_an_evse_in_use_is_refused(charging: Charging, cpo: Platform, msp: Platform):
    charging.ticks, charging.tick_seconds = 1000, 60
    assert start(msp) == "ACCEPTED"
    msp.heard_all(2, Pattern(module="sessions"))
    assert start(msp) == "EVSE_OCCUPIED"
    site = cpo.objects.get("locations", CPO, network.location(CPO, 0)["id"])
    assert site["evses"][0]["status"] == "CHARGING"
    assert site["last_updated"] == site["evses"][0]["last_updated"]


def test_a_connector_that_does_not_exist_is_rejected(charging: Charging, msp: Platform):
    uid = network.location(CPO, 0)["evses"][0]["uid"]
    assert start(msp, evse_uid=uid, connector_id="9") == "REJECTED"
    assert start(msp, evse_uid="nowhere") == "REJECTED"
