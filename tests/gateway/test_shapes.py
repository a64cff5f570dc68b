"""Requests of every shape: what is harmless is understood, what is wrong gets a clear answer."""

import json
from typing import Any
from urllib.parse import unquote

import pytest

from tests.gateway.objects import cdr, location, tariff, token
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

HUB, CPO, MSP = ("NL", "HUB"), ("NL", "CPO"), ("DE", "MSP")


@pytest.mark.parametrize(
    "shape",
    ["{e}/NL/CPO/T1", "{e}/NL/CPO/T1/", "{e}//NL/CPO/T1", "{e}NL/CPO/T1", "{e}/nl/cpo/T1"],
)
def test_endpoint_and_path_may_be_joined_in_any_way(
    hub: Hub, cpo: Platform, msp: Platform, shape: str
) -> None:
    """With a slash, with none, with two, with one at the end; never a redirect."""
    url = shape.format(e=cpo.hub_endpoints["tariffs", RECEIVER])
    reply = cpo.request("PUT", "tariffs", url=url, json=tariff(), to=MSP)
    assert (reply.status, reply.code) == (201, 1000), reply
    assert msp.heard(module="tariffs").tail.upper() == "NL/CPO/T1"


@pytest.mark.parametrize("tail", ["", "/"])
def test_lists_with_and_without_a_slash(hub: Hub, msp: Platform, tail: str) -> None:
    url = f"{hub.url}/ocpi/2.2.1/sender/locations{tail}"
    assert msp.request("GET", "locations", url=url, to=HUB).code == 1000
    assert msp.request("GET", "versions", url=hub.versions_url + tail).code == 1000


@pytest.mark.parametrize(
    "identifier", ["BE%2FBEC%2FE0415", "a%23NA", "x%20y", "50%25", "a%2Ab", "a*b::c", "%C3%A9"]
)
def test_odd_ids_are_kept_and_passed_as_they_are(
    hub: Hub, cpo: Platform, msp: Platform, identifier: str
) -> None:
    """The raw path is matched and forwarded: `%2F` in an id is no separator."""
    body = tariff(unquote(identifier))
    tail = f"NL/CPO/{identifier}"
    assert cpo.request("PUT", "tariffs", RECEIVER, tail, json=body, to=HUB).status == 201
    hub.deliver()
    assert msp.heard(module="tariffs").path.endswith(f"/NL/CPO/{identifier}")
    found = msp.request("GET", "tariffs", SENDER, to=HUB).data
    assert found == [body]


def test_paths_that_real_platforms_use(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """CDRs posted to /cdrs/{id}; authorize with the owner in the path."""
    msp.script.add(
        "cdrs", status=201, json={"status_code": 1000, "timestamp": "2026-01-01T00:00:00Z"}
    )
    assert cpo.request("POST", "cdrs", RECEIVER, "C1", json=cdr(), to=MSP).code == 1000
    assert cpo.request("POST", "cdrs", RECEIVER, "C2", json=cdr(), to=MSP).code == 2001
    msp.objects.put("tokens", token())
    cpo.request("POST", "tokens", SENDER, "DE/MSP/U1/authorize", to=MSP)
    msp.heard(lambda r: r.path.endswith("/DE/MSP/U1/authorize"))


NOT_OFFERED = (
    ("DELETE", "locations", RECEIVER, "NL/CPO/L1"),
    ("POST", "locations", RECEIVER, "NL/CPO/L1"),
    ("PATCH", "tariffs", RECEIVER, "NL/CPO/T1"),
    ("POST", "tariffs", RECEIVER, "NL/CPO/T1"),
    ("DELETE", "tokens", RECEIVER, "DE/MSP/U1"),
    ("DELETE", "sessions", RECEIVER, "NL/CPO/S1"),
    ("PUT", "cdrs", RECEIVER, "C1"),
    ("PATCH", "cdrs", RECEIVER, "C1"),
    ("DELETE", "cdrs", RECEIVER, "C1"),
    ("GET", "commands", RECEIVER, "START_SESSION"),
    ("PATCH", "chargingprofiles", RECEIVER, "S1"),
    ("POST", "locations", SENDER, ""),
)


@pytest.mark.ocpi("T-21", "L-01", "TA-01", "TK-03", "SE-05", "CD-01")
@pytest.mark.versions("2.2.1", "2.3.0")
@pytest.mark.parametrize("to", [None, HUB, MSP, ("XX", "YYY")], ids=str)
def test_methods_a_module_marks_na_are_405_whatever_to_says(
    hub: Hub, cpo: Platform, to: Any
) -> None:
    """D-04"""
    for method, module, interface, tail in NOT_OFFERED:
        url = f"{hub.version_url}/{interface.segment}/{module}/{tail}"
        reply = cpo.request(method, module, url=url, json={}, to=to)
        assert (reply.status, reply.code) == (405, 2000), (method, url)
        assert method not in reply.headers["allow"]


NOWHERE = (
    "sender/tariffs/T1", "receiver/sessions/NL/CPO/S1/extra", "sender/nosuch", "neither/locations",
    "receiver/locations/NL", "sender",
)  # fmt: skip


@pytest.mark.ocpi("T-15", "T-21", "TA-05", "SE-04")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_urls_that_are_nothing_are_404_and_say_what_there_is(hub: Hub, cpo: Platform) -> None:
    expected = {f"{hub.version_url}/{path}": 404 for path in NOWHERE}
    expected |= {f"{hub.version_url}/": 200, f"{hub.version_url}/receiver/cdrs": 405}
    expected[f"{hub.url}/ocpi/9.9/sender/locations"] = 404
    for url, status in expected.items():
        reply = cpo.request("GET", "locations", url=url, to=HUB)
        assert reply.status == status, url
        assert reply.envelope is not None


NO_JSON = (
    b"{", b"[1,2", b"\xff\xfe", b"nonsense", b'{"a":NaN}', b"{'a':1}", b"[" * 100_000,
    b'{"a":' * 50_000, b'{"n":' + b"9" * 5000 + b"}x",
)  # fmt: skip


@pytest.mark.ocpi("T-13", "T-21")
@pytest.mark.versions("2.2.1", "2.3.0")
@pytest.mark.parametrize("to", [HUB, MSP], ids=str)
def test_invalid_json_is_400(hub: Hub, cpo: Platform, msp: Platform, to: tuple[str, str]) -> None:
    """Whatever the route; nothing is kept and nobody is called."""
    msp.clear()
    for body in NO_JSON:
        reply = cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", body=body, to=to)
        assert (reply.status, reply.code) == (400, 2000), body[:20]
    assert not msp.received


@pytest.mark.ocpi("T-14")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_a_push_that_is_no_object_is_2001(hub: Hub, cpo: Platform) -> None:
    for body in ([], [tariff()], "text", 7, None, True):
        reply = cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", body=_json(body), to=HUB)
        assert (reply.status, reply.code) == (200, 2001), body


def _json(value: Any) -> bytes:

    return json.dumps(value).encode()


def test_a_huge_body_is_413(hub: Hub, cpo: Platform) -> None:
    reply = cpo.request(
        "PUT", "tariffs", RECEIVER, "NL/CPO/T1", body=b'"' + b"x" * (2 * 2**20) + b'"', to=HUB
    )
    assert (reply.status, reply.code) == (413, 2000)


IDENTITY = (
    ("NL/CPO/OTHER", tariff("T1"), "id"),
    ("NL/CPO/T1", tariff("T1", party_id="XXX"), "party_id"),
    ("NL/CPO/T1", tariff("T1", country_code="BE"), "country_code"),
)


@pytest.mark.ocpi("O-01", "O-03", "O-04")
@pytest.mark.versions("2.2.1", "2.3.0")
@pytest.mark.parametrize("to", [HUB, MSP, None], ids=str)
def test_url_body_and_header_name_the_same_object(
    hub: Hub, cpo: Platform, msp: Platform, to: Any
) -> None:
    """D-02"""
    msp.clear()
    for tail, body, field in IDENTITY:
        reply = cpo.request("PUT", "tariffs", RECEIVER, tail, json=body, to=to)
        assert (reply.status, reply.code) == (200, 2001)
        assert field in reply.message
    assert hub.deliver() == 0
    assert not msp.received


@pytest.mark.ocpi("Y-01")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_ids_in_bodies_compare_without_case(hub: Hub, cpo: Platform) -> None:
    body = tariff("t1", party_id="cpo", country_code="nl")
    assert cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=body, to=HUB).status == 201


@pytest.mark.ocpi("O-02")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_an_owner_of_another_platform_in_the_url_is_404(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """O-02"""
    hub.platform("BE/CPO")
    for method in ("PUT", "GET", "DELETE"):
        reply = cpo.request(
            method, "tariffs", RECEIVER, "BE/CPO/T1", json=tariff(owner="BE/CPO"), to=HUB
        )
        assert reply.status == 404, method


@pytest.mark.ocpi("R-30", "O-04")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_the_owner_in_the_url_is_the_party_that_speaks(hub: Hub) -> None:
    two = hub.platform("CPO:NL/AAA", "CPO:NL/BBB", name="two")
    reply = two.request(
        "PUT", "tariffs", RECEIVER, "NL/AAA/T1", json=tariff(owner="NL/AAA"), to=HUB,
        from_=("NL", "BBB"),
    )  # fmt: skip
    assert (reply.code, "same party" in reply.message) == (2001, True)
    missing = two.request("PUT", "tariffs", RECEIVER, "NL/AAA/T1", json=tariff(owner="NL/AAA"),
                          to=HUB, from_=None)  # fmt: skip
    assert (missing.code, "several parties" in missing.message) == (2001, True)


@pytest.mark.ocpi("O-08")
@pytest.mark.versions("2.2.1", "2.3.0")
@pytest.mark.parametrize("tail", ["NL/CPO/L1", "NL/CPO/L1/E1", "NL/CPO/L1/E1/1"])
def test_a_patch_without_last_updated_is_2001(hub: Hub, cpo: Platform, tail: str) -> None:
    cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=location(), to=HUB)
    for body in ({}, *({"last_updated": stamp} for stamp in (None, "", "yesterday", 7))):
        reply = cpo.request("PATCH", "locations", RECEIVER, tail, json=body, to=HUB)
        assert (reply.code, "last_updated" in reply.message) == (2001, True), body
