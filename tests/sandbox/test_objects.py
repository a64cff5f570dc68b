"""A simulated platform keeps, merges, lists and gives back what any receiver should."""

from decimal import Decimal

import pytest

from tests.platforms import RECEIVER, SENDER, Platform
from tests.sandbox.objects import STAMP, location, session

L1 = "NL/CPO/L1"
LATER = "2026-03-01T11:00:00Z"


def push(cpo: Platform, method: str, tail: str, json: object, module: str = "locations") -> object:
    reply = cpo.request(method, module, RECEIVER, tail, json=json, to=("DE", "MSP"))
    return reply.status, reply.code


def kept(msp: Platform, module: str = "locations", identifier: str = "L1"):
    return msp.objects.get(module, ("NL", "CPO"), identifier)


def test_put_makes_and_then_replaces(cpo: Platform, msp: Platform):
    assert push(cpo, "PUT", L1, location(name="first")) == (201, 1000)
    assert push(cpo, "PUT", L1, location(city="Gent")) == (200, 1000)
    assert kept(msp) == location(city="Gent")


def test_what_is_kept_is_the_text_that_came(cpo: Platform, msp: Platform):
    text = b'{"id":"L1", "country_code":"NL","party_id":"CPO","odd":1.10,"last_updated":"x"}'
    cpo.request("PUT", "locations", RECEIVER, L1, body=text, to=msp.party)
    got = cpo.request("GET", "locations", RECEIVER, L1, to=msp.party)
    assert b'"odd":1.10' in got.body


def test_patch_changes_what_it_names(cpo: Platform, msp: Platform):
    push(cpo, "PUT", L1, location(name="old", city="Gent"))
    assert push(cpo, "PATCH", L1, {"name": "new", "last_updated": LATER}) == (200, 1000)
    assert kept(msp) == location(name="new", city="Gent", last_updated=LATER)


def test_patch_of_something_unknown_is_404(cpo: Platform, msp: Platform):
    assert push(cpo, "PATCH", L1, {"last_updated": LATER}) == (404, 2003)
    push(cpo, "PUT", L1, location())
    assert push(cpo, "PATCH", f"{L1}/E9", {"last_updated": LATER}) == (404, 2003)


def test_ids_compare_without_case(cpo: Platform, msp: Platform):
    push(cpo, "PUT", L1, location())
    assert push(cpo, "PATCH", "nl/cpo/l1/e1", {"status": "BLOCKED"}) == (200, 1000)
    assert kept(msp)["evses"][0]["status"] == "BLOCKED"


def test_an_evse_moves_the_last_updated_of_its_location(cpo: Platform, msp: Platform):
    push(cpo, "PUT", L1, location())
    push(cpo, "PATCH", f"{L1}/E1", {"status": "CHARGING", "last_updated": LATER})
    assert kept(msp)["last_updated"] == LATER
    assert push(cpo, "PUT", f"{L1}/E2", {"uid": "E2", "last_updated": LATER}) == (201, 1000)
    connector = {"id": "2", "standard": "CHADEMO", "last_updated": LATER}
    assert push(cpo, "PUT", f"{L1}/E1/2", connector) == (201, 1000)
    evses = kept(msp)["evses"]
    assert [each["uid"] for each in evses] == ["E1", "E2"]
    assert evses[0]["connectors"][1] == connector
    assert evses[0]["status"] == "CHARGING"


def test_an_evse_without_its_location_is_404(cpo: Platform, msp: Platform):
    assert push(cpo, "PUT", f"{L1}/E1", {"uid": "E1"}) == (404, 2003)
    assert push(cpo, "PUT", f"{L1}/E1/1", {"id": "1"}) == (404, 2003)


def test_a_session_patch_adds_its_charging_periods(cpo: Platform, msp: Platform):
    push(cpo, "PUT", "NL/CPO/S1", session(), "sessions")
    more = {"charging_periods": [{"start_date_time": LATER}], "last_updated": LATER}
    push(cpo, "PATCH", "NL/CPO/S1", more, "sessions")
    assert len(kept(msp, "sessions", "S1")["charging_periods"]) == 2


def test_tariffs_can_be_deleted(cpo: Platform, msp: Platform):
    tariff = {"country_code": "NL", "party_id": "CPO", "id": "T1", "last_updated": STAMP}
    push(cpo, "PUT", "NL/CPO/T1", tariff, "tariffs")
    gone = cpo.request("DELETE", "tariffs", RECEIVER, "NL/CPO/T1", to=msp.party)
    assert gone.code == 1000
    assert kept(msp, "tariffs", "T1") is None
    assert cpo.request("GET", "tariffs", RECEIVER, "NL/CPO/T1", to=msp.party).status == 404


def test_a_cdr_is_read_where_its_location_says(cpo: Platform, msp: Platform):
    cdr = session("C1", total_energy=Decimal("12.40"))
    made = cpo.request("POST", "cdrs", RECEIVER, json=cdr, to=msp.party)
    assert made.status == 201
    read = cpo.request("GET", "cdrs", url=made.headers["location"], to=msp.party)
    assert read.data["id"] == "C1"
    assert b'"total_energy":12.40' in read.body


def test_the_same_cdr_twice_is_fine_another_one_under_its_id_is_not(cpo: Platform, msp: Platform):
    first = cpo.request("POST", "cdrs", RECEIVER, json=session("C1"), to=msp.party)
    again = cpo.request("POST", "cdrs", RECEIVER, json=session("C1"), to=msp.party)
    assert (again.status, again.headers["location"]) == (200, first.headers["location"])
    other = cpo.request("POST", "cdrs", RECEIVER, json=session("C1", kwh=1), to=msp.party)
    assert (other.status, other.code) == (200, 2001)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["L0", "L1", "L2", "L3", "L4"]),
        ("date_from=2026-03-03T00:00:00Z", ["L3", "L4"]),
        ("date_to=2026-03-03T00:00:00Z", ["L0", "L1", "L2"]),
        ("date_from=2026-03-01T00:00:00Z&date_to=2026-03-02T00:00:00Z", ["L1"]),
        ("offset=3", ["L3", "L4"]),
        ("offset=3&limit=1", ["L3", "L4"]),
        ("limit=2", ["L0", "L1", "L2", "L3", "L4"]),
    ],
)
def test_a_list_is_read_to_its_end_through_link(
    query: str, expected: list[str], cpo: Platform, msp: Platform
):
    stamps = ["2026-02-28T00:00:00Z", *(f"2026-03-0{day}T00:00:00Z" for day in range(1, 5))]
    cpo.objects.put_all(
        "locations", (location(f"L{n}", last_updated=stamp) for n, stamp in enumerate(stamps))
    )
    page = msp.request("GET", "locations", SENDER, query=query, to=cpo.party)
    found = list(page.data)
    while "link" in page.headers:
        url = page.headers["link"].partition(">")[0][1:]
        page = msp.request("GET", "locations", url=url, to=cpo.party)
        found += page.data
    assert [each["id"] for each in found] == expected


def test_totals_count_what_fits_and_x_limit_is_the_platforms_own(cpo: Platform, msp: Platform):
    cpo.objects.put_all("locations", (location(f"L{n}") for n in range(7)))
    page = msp.request("GET", "locations", SENDER, query="limit=3", to=cpo.party)
    assert len(page.data) == 3
    assert (page.headers["x-total-count"], page.headers["x-limit"]) == ("7", "50")


def test_one_object_is_read_down_to_its_connector(cpo: Platform, msp: Platform):
    cpo.objects.put("locations", location())
    for tail, name, value in (("L1", "id", "L1"), ("l1/e1", "uid", "E1"), ("L1/E1/1", "id", "1")):
        reply = msp.request("GET", "locations", SENDER, tail, to=cpo.party)
        assert reply.data[name] == value
    assert msp.request("GET", "locations", SENDER, "L2", to=cpo.party).status == 404


def test_private_lists_hold_only_what_concerns_the_asking_party(cpo: Platform, msp: Platform):
    stranger = {"country_code": "FR", "party_id": "XYZ", "uid": "T9"}
    cpo.objects.put_all("sessions", [session(), session("S2", cdr_token=stranger)])
    page = msp.request("GET", "sessions", SENDER, to=cpo.party)
    assert [each["id"] for each in page.data] == ["S1"]


def test_odd_ids_survive(cpo: Platform, msp: Platform):
    odd = "BE*X/1#%20"
    raw = "BE*X%2F1%23%2520"
    assert push(cpo, "PUT", f"NL/CPO/{raw}", location(odd)) == (201, 1000)
    assert kept(msp, identifier=odd)["id"] == odd
    assert msp.received[-1].tail == f"NL/CPO/{raw}"
    assert not msp.complaints
