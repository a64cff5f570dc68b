"""GET All: the hub answers from what it keeps, to each viewer what it may see."""

import json
from typing import Any

import pytest

from apps.parties.models import Agreement
from hub.ocpi import datetimes
from hub.routing.network import Status
from tests.gateway.objects import (
    LATER,
    WHEN,
    cdr,
    connector,
    evse,
    location,
    session,
    tariff,
    token,
)
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

HUB, CPO, MSP = ("NL", "HUB"), ("NL", "CPO"), ("DE", "MSP")


def push(cpo: Platform, body: dict[str, Any], module: str, to: Any = HUB) -> Any:
    tail = f"{body['country_code']}/{body['party_id']}/{body.get('id') or body['uid']}"
    return cpo.request("PUT", module, RECEIVER, tail, json=body, to=to)


def ids(platform: Platform, module: str, query: str = "") -> list[str]:
    reply = platform.request("GET", module, SENDER, to=HUB, query=query)
    assert reply.code == 1000, reply
    return [each.get("id") or each["uid"] for each in reply.data]


@pytest.mark.ocpi("T-11", "T-17", "T-19", "Y-04", "Y-06", "O-09", "R-20", "R-21", "R-22", "R-08")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_objects_of_several_owners_digit_for_digit(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """R-20, R-21, R-22, Y-04"""
    raw = (
        b'{"country_code":"NL","party_id":"CPO","id":"T1","currency":"EUR","elements":'
        b'[{"price_components":[{"type":"ENERGY","price":0.2500000,"step_size":1}]}],'
        b'"last_updated":"2026-03-01T10:00:00Z","tax_included":"NO","a":{"x":null}}'
    )
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", body=raw, to=HUB)
    push(hub.platform("BE/CPO"), tariff("T1", owner="BE/CPO"), "tariffs")
    reply = msp.request("GET", "tariffs", SENDER, to=HUB)
    assert [t["country_code"] for t in reply.data] == ["NL", "BE"]
    assert raw in reply.body
    assert reply.headers["x-total-count"] == "2"
    assert reply.headers["ocpi-from-party-id"] == "HUB"
    assert reply.headers["ocpi-to-party-id"] == "MSP"
    envelope = json.loads(reply.body)
    assert envelope["status_code"] == 1000
    datetimes.parse(envelope["timestamp"])
    assert not [r for r in cpo.received if r.method == "GET" and r.module == "tariffs"]


@pytest.mark.ocpi("P-01", "P-04", "P-05", "P-06", "P-07", "P-08", "P-09")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_pages_to_the_end(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """P-01 to P-09"""
    for n in range(7):
        push(cpo, location(f"L{n}"), "locations")
    url, seen = None, []
    while True:
        reply = msp.request("GET", "locations", SENDER, url=url, to=HUB,
                            query="" if url else f"limit=3&date_from={WHEN}")  # fmt: skip
        seen += [each["id"] for each in reply.data]
        assert reply.headers["x-total-count"] == "7"
        assert len(reply.data) <= 3
        assert reply.headers["x-limit"] == "100"
        link = reply.headers.get("link")
        if link is None:
            break
        url = link[1 : link.index(">")]
        assert url.startswith(f"{hub.url}/ocpi/{hub.version}/sender/locations?date_from=")
    assert seen == [f"L{n}" for n in range(7)]


@pytest.mark.ocpi("P-01", "P-03", "P-04")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_offset_without_a_cursor(hub: Hub, cpo: Platform, msp: Platform) -> None:
    for n in range(5):
        push(cpo, location(f"L{n}"), "locations")
    assert ids(msp, "locations", "offset=3") == ["L3", "L4"]
    assert ids(msp, "locations", "offset=1&limit=2") == ["L1", "L2"]
    assert ids(msp, "locations", "offset=9") == []


@pytest.mark.ocpi("P-01", "P-02")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_date_from_is_inclusive_and_date_to_exclusive(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """P-02"""
    push(cpo, tariff("OLD"), "tariffs")
    push(cpo, tariff("NEW", last_updated=LATER), "tariffs")
    assert ids(msp, "tariffs", f"date_from={LATER}") == ["NEW"]
    assert ids(msp, "tariffs", f"date_to={LATER}") == ["OLD"]
    assert ids(msp, "tariffs", f"date_from={WHEN}&date_to={LATER}") == ["OLD"]


@pytest.mark.parametrize(
    ("query", "name"),
    [("limit=0", "limit"), ("limit=-1", "limit"), ("limit=x", "limit"), ("offset=-1", "offset"),
     ("date_from=yesterday", "date_from"), ("date_to=2026-13-01T00:00:00Z", "date_to"),
     ("cursor=abc", "cursor")],
)  # fmt: skip
def test_bad_parameters_are_2001_and_named(hub: Hub, msp: Platform, query: str, name: str) -> None:
    reply = msp.request("GET", "locations", SENDER, to=HUB, query=query)
    assert (reply.status, reply.code) == (200, 2001)
    assert name in reply.message


@pytest.mark.ocpi("T-15", "Y-01", "L-02", "L-06")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_a_location_is_put_together_with_its_evses(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """L-02, L-06: EVSEs and connectors by their own URLs; parents take over last_updated."""
    push(cpo, location(evses=[evse("E1"), evse("E2")]), "locations")
    patch = {"status": "CHARGING", "last_updated": LATER}
    cpo.request("PATCH", "locations", RECEIVER, "NL/CPO/l1/e2", json=patch, to=HUB)
    cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1/E3", json=evse("E3"), to=HUB)
    second = connector("2", standard="CHADEMO", last_updated=LATER)
    cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1/E1/2", json=second, to=HUB)
    found = msp.request("GET", "locations", SENDER, to=HUB).data[0]
    assert [e["uid"] for e in found["evses"]] == ["E1", "E2", "E3"]
    assert found["evses"][1]["status"] == "CHARGING"
    assert found["last_updated"] == LATER
    assert [c["id"] for c in found["evses"][0]["connectors"]] == ["1", "2"]
    assert found["evses"][0]["last_updated"] == LATER
    one = msp.request("GET", "locations", SENDER, "L1/E1/2", to=HUB)
    assert one.data == second
    assert msp.request("GET", "locations", SENDER, "L1/E9", to=HUB).status == 404
    assert ids(msp, "locations", f"date_from={LATER}") == ["L1"]


@pytest.mark.ocpi("O-06", "O-07")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_put_replaces_and_patch_merges(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """O-06, O-07"""
    push(cpo, location(evses=[evse("E1"), evse("E2")]), "locations")
    patch = {"name": "Renamed", "city": None, "last_updated": LATER}
    cpo.request("PATCH", "locations", RECEIVER, "NL/CPO/L1", json=patch, to=HUB)
    found = msp.request("GET", "locations", SENDER, "L1", to=HUB).data
    assert (found["name"], found["city"], len(found["evses"])) == ("Renamed", "Utrecht", 2)
    bare = location(evses=[evse("E2")], last_updated=LATER)
    del bare["name"]
    push(cpo, bare, "locations")
    found = msp.request("GET", "locations", SENDER, "L1", to=HUB).data
    assert "name" not in found
    assert [e["uid"] for e in found["evses"]] == ["E2"]


@pytest.mark.ocpi("P-07", "R-23")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_a_directed_copy_is_seen_by_its_addressee_alone(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """R-23: a special tariff for one eMSP, beside the public one."""
    other = hub.platform("FR/MSP")
    push(cpo, tariff("T1", currency="EUR"), "tariffs")
    push(cpo, tariff("T1", currency="CHF"), "tariffs", to=MSP)
    push(cpo, tariff("SECRET"), "tariffs", to=MSP)
    assert ids(other, "tariffs") == ["T1"]
    mine = msp.request("GET", "tariffs", SENDER, to=HUB).data
    assert [(t["id"], t["currency"]) for t in mine] == [("T1", "CHF"), ("SECRET", "EUR")]


@pytest.mark.ocpi("SE-02", "SE-10", "CD-09")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_sessions_and_cdrs_are_seen_by_the_party_that_pays(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """Row 4, CD-09, SE-01, SE-02"""
    other = hub.platform("FR/MSP")
    periods = [{"start_date_time": WHEN, "dimensions": [{"type": "ENERGY", "volume": 1.50}]}]
    push(cpo, session(charging_periods=periods), "sessions", to=MSP)
    more = {"charging_periods": [{"start_date_time": LATER, "dimensions": []}],
            "last_updated": LATER}  # fmt: skip
    for _ in range(2):  # a push delivered twice adds once
        cpo.request("PATCH", "sessions", RECEIVER, "NL/CPO/S1", json=more, to=MSP)
    cpo.request("POST", "cdrs", RECEIVER, json=cdr(), to=MSP)
    assert (ids(msp, "sessions"), ids(msp, "cdrs")) == (["S1"], ["C1"])
    assert (ids(other, "sessions"), ids(other, "cdrs")) == ([], [])
    kept = msp.request("GET", "sessions", SENDER, to=HUB).data[0]
    assert [p["start_date_time"] for p in kept["charging_periods"]] == [WHEN, LATER]


@pytest.mark.ocpi("SE-01", "SE-02", "SE-03")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_only_a_put_takes_charging_periods_away(hub: Hub, cpo: Platform, msp: Platform) -> None:
    def periods() -> list[str]:
        (found,) = msp.request("GET", "sessions", SENDER, to=HUB).data
        return [each["start_date_time"] for each in found["charging_periods"]]

    both = [{"start_date_time": each, "dimensions": []} for each in (WHEN, LATER)]
    push(cpo, session(charging_periods=both), "sessions", to=MSP)
    changes: list[dict[str, Any]] = [{"kwh": 1.5}, {"charging_periods": []}]
    for change in changes:
        body = {**change, "last_updated": LATER}
        reply = cpo.request("PATCH", "sessions", RECEIVER, "NL/CPO/S1", json=body, to=MSP)
        assert reply.code == 1000
        assert periods() == [WHEN, LATER]
    push(cpo, session(charging_periods=both[1:], last_updated=LATER), "sessions", to=MSP)
    assert periods() == [LATER]


def test_nobody_sees_their_own(hub: Hub) -> None:
    """D-23"""
    both = hub.platform("CPO:NL/AAA", "EMSP:NL/AAA", name="both")
    push(both, tariff(owner="NL/AAA"), "tariffs")
    assert ids(both, "tariffs") == []
    assert ids(hub.platform("DE/MSP"), "tariffs") == ["T1"]


@pytest.mark.ocpi("L-11")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_objects_of_suspended_parties_and_without_agreement_are_hidden(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    push(cpo, tariff(), "tariffs")
    push(hub.platform("BE/CPO"), tariff("T2", owner="BE/CPO"), "tariffs")
    assert ids(msp, "tariffs") == ["T1", "T2"]
    hub.set_status(cpo, Status.SUSPENDED)
    assert ids(msp, "tariffs") == ["T2"]
    Agreement.objects.create(one="BE/CPO", other="DE/MSP", state=Agreement.State.PAUSED)
    hub.reload()
    assert ids(msp, "tariffs") == []


@pytest.mark.ocpi("TK-01", "TK-02")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_tokens_with_the_same_uid_and_different_types_are_two(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """TK-01, TK-02"""
    for kind in ("RFID", "APP_USER"):
        msp.request("PUT", "tokens", RECEIVER, "DE/MSP/U1", query=f"type={kind}",
                    json=token(type=kind), to=HUB)  # fmt: skip
    found = cpo.request("GET", "tokens", SENDER, to=HUB).data
    assert [t["type"] for t in found] == ["RFID", "APP_USER"]
    own = msp.request("GET", "tokens", RECEIVER, "DE/MSP/u1", query="type=APP_USER", to=HUB)
    assert own.data["type"] == "APP_USER"
    assert msp.request("GET", "tokens", RECEIVER, "DE/MSP/U1", to=HUB).data["type"] == "RFID"


@pytest.mark.ocpi("T-15", "L-06", "O-09")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_the_owner_reads_the_hubs_copy(hub: Hub, cpo: Platform) -> None:
    """Row 10, D-07"""
    push(cpo, location(), "locations")
    assert cpo.request("GET", "locations", RECEIVER, "NL/CPO/L1", to=HUB).data == location()
    assert cpo.request("GET", "locations", RECEIVER, "NL/CPO/L1/E1", to=HUB).data == evse()
    assert cpo.request("GET", "locations", RECEIVER, "NL/CPO/L2", to=HUB).status == 404


def test_one_object_that_two_owners_have_is_2002(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """D-06"""
    push(cpo, location(), "locations")
    push(hub.platform("BE/CPO"), location(owner="BE/CPO"), "locations")
    reply = msp.request("GET", "locations", SENDER, "L1", to=HUB)
    assert (reply.code, "BE/CPO, NL/CPO" in reply.message) == (2002, True)


@pytest.mark.ocpi("R-18")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_a_list_without_to_is_2001_and_says_what_works(hub: Hub, msp: Platform) -> None:
    """D-05, and its switch per platform"""
    reply = msp.request("GET", "locations", SENDER)
    assert (reply.code, "NL/HUB" in reply.message) == (2001, True)
    hub.change(msp, implicit_get_all=True)
    assert msp.request("GET", "locations", SENDER).code == 1000


def test_an_older_object_does_not_replace_a_newer_one(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """D-31"""
    push(cpo, tariff(currency="NEW", last_updated=LATER), "tariffs")
    assert push(cpo, tariff(currency="OLD"), "tariffs").code == 1000
    assert msp.request("GET", "tariffs", SENDER, to=HUB).data[0]["currency"] == "NEW"


def test_identity_left_out_of_a_body_is_added_to_the_kept_copy(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    body = {"currency": "EUR", "elements": [], "last_updated": WHEN}
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=body, to=HUB)
    kept = msp.request("GET", "tariffs", SENDER, to=HUB).data[0]
    assert (kept["country_code"], kept["party_id"], kept["id"]) == ("NL", "CPO", "T1")
