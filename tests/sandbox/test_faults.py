"""Every fault does what its line in the table says, and complaints name what is wrong."""

import time
from typing import Any

import pytest

from apps.sandbox.faults import FAULTS
from apps.sandbox.script import Script
from hub.ocpi.headers import TokenForm
from hub.ocpi.status import OcpiError
from tests.platforms import MSP, RECEIVER, SENDER, Platform, Playground
from tests.sandbox.objects import location, session

L1 = "NL/CPO/L1"


def put(cpo: Platform, **more):
    sent: dict[str, Any] = {"json": location(), "to": ("DE", "MSP"), **more}
    return cpo.request("PUT", "locations", RECEIVER, L1, **sent)


@pytest.mark.parametrize(
    ("fault", "value", "status", "code"),
    [
        ("refuse", None, 200, 2000),
        ("refuse", 2003, 200, 2003),
        ("http", None, 500, 3000),
        ("http", 503, 503, 3000),
        ("throttle", None, 429, 2000),
        ("unauthorized", None, 401, 2000),
        ("unauthorized_200", None, 200, 3000),
        ("redirect", None, 302, None),
        ("html", None, 502, None),
        ("no_envelope", None, 400, None),
        ("empty", None, 404, None),
        ("broken_json", None, 201, None),
        ("huge", 2**20, 201, 1000),
    ],
)
def test_answers_that_go_wrong(fault, value, status, code, cpo: Platform, msp: Platform):
    msp.faults.set(fault, value)
    reply = put(cpo)
    assert (reply.status, reply.code) == (status, code)
    msp.faults.clear(fault)
    assert put(cpo).code == 1000


def test_throttling_says_when_to_come_back(cpo: Platform, msp: Platform):
    msp.faults.set("throttle", 7)
    assert put(cpo).headers["retry-after"] == "7"


@pytest.mark.parametrize(("fault", "code"), [("never", 4002), ("hangup", 4003)])
def test_no_answer_at_all(fault: str, code: int, cpo: Platform, msp: Platform):
    msp.faults.set(fault)
    with pytest.raises(OcpiError) as raised:
        put(cpo, time_limit=0.2)
    assert raised.value.code == code
    assert msp.heard(method="PUT").json == location()


def test_going_away_drops_those_that_wait(cpo: Platform, msp: Platform):
    msp.faults.set("never")
    waiting = cpo.asking("PUT", "locations", RECEIVER, L1, json=location(), to=msp.party)
    msp.heard(method="PUT")
    msp.stop()
    with pytest.raises(OcpiError):
        waiting()


def test_slow_is_slow_for_its_module_only(cpo: Platform, msp: Platform):
    msp.faults.set("slow", 0.2, module="locations")
    began = time.monotonic()
    assert put(cpo).code == 1000
    assert time.monotonic() - began >= 0.2
    msp.faults.clear()
    msp.faults.set("slow", 30, module="tariffs")
    assert put(cpo, time_limit=5).code == 1000


def test_an_answer_can_be_held_back(cpo: Platform, msp: Platform):
    msp.faults.set("holds", module="locations")
    waiting = cpo.asking("PUT", "locations", RECEIVER, L1, json=location(), to=msp.party)
    msp.heard(method="PUT")
    assert msp.objects.count("locations") == 0
    msp.faults.clear()
    assert waiting().code == 1000


def test_wrong_ids_are_noticed_by_the_other_side(cpo: Platform, msp: Platform):
    msp.faults.set("wrong_ids")
    put(cpo)
    assert len(cpo.complaints) == 2
    assert "not-what-you-sent" in cpo.complaints[0]


def test_routing_headers_of_answers_can_be_wrong(cpo: Platform, msp: Platform):
    msp.faults.set("mirrored_routing")
    assert put(cpo).headers["ocpi-to-party-id"] == "MSP"
    msp.faults.clear()
    msp.faults.set("no_routing")
    assert "ocpi-to-party-id" not in put(cpo).headers
    assert len(cpo.complaints) == 3


def test_a_cdr_without_location_is_kept_all_the_same(cpo: Platform, msp: Platform):
    msp.faults.set("no_location")
    reply = cpo.request("POST", "cdrs", RECEIVER, json=session("C1"), to=msp.party)
    assert reply.code == 1000
    assert "location" not in reply.headers
    assert msp.objects.count("cdrs") == 1


@pytest.mark.parametrize(
    ("fault", "on_page", "total", "has_link"),
    [
        ("small_pages", 1, "3", True),
        ("ignores_limit", 3, "3", False),
        ("no_link", 2, "3", False),
        ("odd_total", 2, "undefined", False),
        ("page_total", 2, "2", False),
        ("foreign_link", 2, "3", True),
        ("relative_link", 2, "3", True),
        ("circling_link", 2, "3", True),
    ],
)
def test_odd_pages(fault, on_page, total, has_link, cpo: Platform, msp: Platform):
    cpo.objects.put_all("locations", (location(f"L{n}") for n in range(3)))
    cpo.faults.set(fault)
    page = msp.request("GET", "locations", SENDER, query="limit=2", to=cpo.party)
    assert len(page.data) == on_page
    assert page.headers["x-total-count"] == total
    assert bool(page.headers.get("link")) is has_link


def test_a_root_without_its_slash_is_redirected_to_itself(cpo: Platform, msp: Platform):
    cpo.faults.set("slash_only")
    assert msp.request("GET", "locations", SENDER, to=cpo.party).code == 1000
    paths = [each.path for each in cpo.received if each.module == "locations"]
    assert paths[1] == paths[0] + "/"


@pytest.mark.parametrize(("fault", "form"), [("plain_only", "plain"), ("base64_only", "base64")])
def test_one_spelling_of_tokens_only(fault: str, form: str, cpo: Platform, here: Playground):
    for spelling in TokenForm:
        msp = here.platform(f"{spelling} speaker", MSP, token_form=spelling)
        msp.register(*cpo.invite())
        cpo.faults.set(fault)
        expected = 200 if spelling == form else 401
        assert msp.request("GET", "locations", SENDER, to=cpo.party).status == expected
        cpo.faults.clear()
        msp.unregister()


def test_a_patch_can_be_unknown_and_a_push_forgotten(cpo: Platform, msp: Platform):
    put(cpo)
    msp.faults.set("unknown_patch")
    change = {"last_updated": "2026-01-01T00:00:00Z"}
    reply = cpo.request("PATCH", "locations", RECEIVER, L1, json=change, to=msp.party)
    assert reply.status == 404
    msp.objects.clear()
    msp.faults.set("forgetful")
    assert put(cpo).code == 1000
    assert msp.objects.count("locations") == 0


def test_single_objects_can_come_in_a_list(cpo: Platform, msp: Platform):
    cpo.objects.put("locations", location())
    cpo.faults.set("wrapped_data")
    assert msp.request("GET", "locations", SENDER, "L1", to=cpo.party).data == [location()]


def test_a_fault_must_exist(cpo: Platform):
    with pytest.raises(KeyError):
        cpo.faults.set("typo")


def test_every_fault_is_described():
    assert all(fault.says for fault in FAULTS.values())


def test_a_script_fixes_the_next_answers(cpo: Platform, msp: Platform):
    msp.script.add("locations", RECEIVER, "PUT", status=202, body=b"odd", times=2)
    assert [put(cpo).status for _ in range(3)] == [202, 202, 201]


def test_a_scripts_headers_count_more(cpo: Platform, msp: Platform):
    msp.script.add("locations", headers=(("X-Request-ID", "mine"),), json={"status_code": 1000})
    reply = put(cpo)
    assert (reply.headers["x-request-id"], reply.code) == ("mine", 1000)
    assert reply.headers["x-correlation-id"] == reply.sent["x-correlation-id"]


def test_a_script_waits_for_what_fits(msp: Platform, cpo: Platform):
    script: Script = msp.script
    script.add("tariffs", status=500)
    assert put(cpo).code == 1000
    script.clear()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"headers": {"X-Request-ID": None}}, "x-request-id is missing"),
        ({"headers": {"X-Correlation-ID": None}}, "x-correlation-id is missing"),
        ({"to": None}, "OCPI-to-country-code and OCPI-to-party-id"),
        ({"to": ("DE", "XXX")}, "DE/XXX is no party of mine"),
        ({"from_": None}, "OCPI-from-country-code"),
        ({"headers": {"OCPI-from-party-id": None}}, "OCPI-from-country-code"),
        ({"headers": {"X-Forwarded-For": "10.0.0.1"}}, "x-forwarded-for"),
        ({"headers": {"Content-Type": None}}, "Content-Type"),
        ({"token": "wrong"}, "the token is none that I gave out"),
        ({"json": location("L2")}, "the URL says id 'L1' and the body 'L2'"),
        ({"json": location(country_code="BE")}, "the URL says country_code 'NL'"),
    ],
)
def test_what_is_wrong_is_complained_about(change, complaint, cpo: Platform, msp: Platform):
    put(cpo, **change)
    assert any(complaint in text for text in msp.complaints), msp.complaints


def test_what_is_right_is_not(cpo: Platform, msp: Platform):
    put(cpo)
    assert not msp.complaints


def test_an_endpoint_that_is_not_listed_is_complained_about(cpo: Platform, msp: Platform):
    url = msp.endpoint("locations", SENDER)
    assert cpo.request("GET", "locations", url=url, to=msp.party).status == 404
    assert "version details" in msp.complaints[0]


def test_routing_headers_on_credentials_are_complained_about(cpo: Platform, msp: Platform):
    cpo.request("GET", "credentials", headers={"OCPI-to-party-id": "MSP"})
    assert "configuration module" in msp.complaints[0]


def test_bodies_that_are_no_json_are_400(cpo: Platform, msp: Platform):
    reply = cpo.request("PUT", "locations", RECEIVER, L1, body=b'{"id":', to=msp.party)
    assert (reply.status, reply.code) == (400, 2000)
