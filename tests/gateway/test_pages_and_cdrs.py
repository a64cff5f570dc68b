"""The next page of a list and the place of a CDR lead back through the hub."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.gateway.objects import cdr, location, session
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


# Pages


def fill(platform: Platform, count: int) -> None:
    platform.objects.put_all("locations", [location(f"L{n:03}") for n in range(count)])


@pytest.mark.ocpi("P-11", "P-12", "R-34")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_a_list_is_followed_to_its_end_through_the_hub(hub: Hub, msp: Platform) -> None:
    """P-11, P-12"""
    cpo = hub.platform("NL/CPO", page_limit=3)
    fill(cpo, 10)
    url, seen, pages = None, [], 0
    while True:
        reply = msp.request(
            "GET", "locations", SENDER, url=url, to=CPO,
            query="" if url else "date_from=2020-01-01T00:00:00Z&limit=3",
        )  # fmt: skip
        assert reply.code == 1000, reply
        assert reply.headers["x-total-count"] == "10"
        assert reply.headers["x-limit"] == "3"
        assert reply.headers["ocpi-from-party-id"] == "CPO"
        seen += [each["id"] for each in reply.data]
        pages += 1
        link = reply.headers.get("link")
        if link is None:
            break
        url = link[1 : link.index(">")]
        assert link.endswith('; rel="next"')
        assert url.startswith(f"{hub.url}/ocpi/{hub.version}/sender/locations/via-")
        assert parse_qs(urlsplit(url).query)["date_from"] == ["2020-01-01T00:00:00Z"]
    assert seen == [f"L{n:03}" for n in range(10)]
    assert pages == 4
    assert not cpo.complaints


def test_a_page_is_followed_twice_but_never_by_another_party(hub: Hub, msp: Platform) -> None:
    cpo = hub.platform("NL/CPO", page_limit=3)
    stranger = hub.platform("FR/MSP")
    fill(cpo, 5)
    link = msp.request("GET", "locations", SENDER, to=CPO).headers["link"]
    url = link[1 : link.index(">")]
    first, second = (msp.request("GET", "locations", url=url, to=CPO) for _ in range(2))
    assert [e["id"] for e in first.data] == [e["id"] for e in second.data] == ["L003", "L004"]
    assert stranger.request("GET", "locations", url=url, to=CPO).status == 404


def test_a_link_to_a_foreign_host_keeps_only_its_query(hub: Hub, msp: Platform) -> None:
    """Links with the wrong scheme or host come from behind proxies."""
    cpo = hub.platform("NL/CPO")
    envelope = {"status_code": 1000, "timestamp": "2026-01-01T00:00:00Z", "data": []}
    cpo.script.add(
        "locations", json=envelope,
        headers=(("Link", '<https://internal.example/x?offset=50&limit=50>; rel="next"'),),
    )  # fmt: skip
    link = msp.request("GET", "locations", SENDER, to=CPO).headers["link"]
    url = link[1 : link.index(">")]
    assert msp.request("GET", "locations", url=url, to=CPO).code == 1000
    assert cpo.received[-1].query == "offset=50&limit=50"


@pytest.mark.parametrize("fault", ["odd_total", "no_link"])
def test_odd_paging_headers_pass_and_break_nothing(hub: Hub, msp: Platform, fault: str) -> None:
    cpo = hub.platform("NL/CPO", page_limit=3)
    fill(cpo, 5)
    cpo.faults.set(fault)
    reply = msp.request("GET", "locations", SENDER, to=CPO)
    assert reply.code == 1000
    assert "link" not in reply.headers


# CDRs


@pytest.mark.ocpi("CD-02", "CD-03", "CD-04", "CD-11", "R-34")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_a_cdr_is_read_back_through_its_location(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """CD-03, CD-04"""
    reply = cpo.request("POST", "cdrs", RECEIVER, json=cdr(), to=MSP)
    assert reply.code == 1000, reply
    assert msp.heard(module="cdrs").tail == ""
    url = reply.headers["location"]
    assert url.startswith(f"{hub.url}/ocpi/{hub.version}/receiver/cdrs/via-")
    back = cpo.request("GET", "cdrs", url=url, to=MSP)
    assert back.data == cdr()
    assert back.headers["ocpi-from-party-id"] == "MSP"
    assert not msp.complaints
    assert hub.platform("BE/CPO").request("GET", "cdrs", url=url).status == 404


@pytest.mark.ocpi("CD-03", "CD-04")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_without_a_location_the_hub_serves_its_own_copy(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    msp.faults.set("no_location")
    reply = cpo.request("POST", "cdrs", RECEIVER, json=cdr(), to=MSP)
    url = reply.headers["location"]
    msp.clear()
    assert cpo.request("GET", "cdrs", url=url, to=MSP).data == cdr()
    assert not msp.received


def test_a_location_on_a_foreign_host_is_not_called(hub: Hub, cpo: Platform, msp: Platform) -> None:
    msp.script.add(
        "cdrs", status=201, headers=(("Location", "https://evil.example/cdr"),),
        json={"status_code": 1000, "timestamp": "2026-01-01T00:00:00Z"},
    )  # fmt: skip
    url = cpo.request("POST", "cdrs", RECEIVER, json=cdr(), to=MSP).headers["location"]
    assert cpo.request("GET", "cdrs", url=url, to=MSP).data == cdr()
