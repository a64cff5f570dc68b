"""What OCPI 2.1.1 asks of a hub, between a CPO and an eMSP that both speak it: there are no routing
headers, so the hub keeps, answers, and finds the way by what a message says."""

import json
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from hub.ocpi import datetimes
from hub.routing.network import Status
from tests.gateway.objects import LATER, WHEN
from tests.gateway.objects_2_1_1 import cdr, evse, location, session, tariff, token
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform


@pytest.fixture
def driver(cpo: Platform, msp: Platform) -> str:
    """The eMSP has told of a token, by whose auth_id it is found."""
    pushed = msp.request("PUT", "tokens", RECEIVER, "DE/MSP/U1", json=token())
    assert pushed.code == 1000, pushed
    return str(token()["auth_id"])


def push(cpo: Platform, tail: str, body: Any, method: str = "PUT") -> Any:
    module = "tariffs" if tail.startswith("T") else "locations"
    return cpo.request(method, module, RECEIVER, f"NL/CPO/{tail}", json=body)


def kept(msp: Platform, module: str = "locations") -> list[Any]:
    reply = msp.request("GET", module, SENDER)
    assert reply.code == 1000, reply
    found: list[Any] = reply.data
    return found


@pytest.mark.ocpi("T-07", "T-11", "T-16", "T-17", "T-19", "O-01", "O-09", "O-10", "L-11")
@pytest.mark.versions("2.1.1")
def test_a_push_is_kept_and_delivered_as_it_came(hub: Hub, cpo: Platform, msp: Platform) -> None:
    first, again = (push(cpo, "L1", location()) for _ in range(2))
    assert [(each.status, each.code) for each in (first, again)] == [(201, 1000), (200, 1000)]
    envelope = json.loads(first.body)
    datetimes.parse(envelope["timestamp"])
    hub.deliver()
    heard = msp.heard(module="locations")
    assert (heard.tail, heard.json) == ("NL/CPO/L1", location())
    assert heard.headers["content-type"].startswith("application/json")
    assert kept(msp) == [location()]
    assert not cpo.complaints + msp.complaints


@pytest.mark.ocpi("P-01", "P-03", "P-04", "P-05", "P-06", "P-07", "P-09")
@pytest.mark.versions("2.1.1")
def test_pages_to_the_end(hub: Hub, cpo: Platform, msp: Platform) -> None:
    for number in range(5):
        push(cpo, f"T{number}", tariff(f"T{number}"))
    url, seen = None, []
    while True:
        query = "" if url else f"limit=2&date_from={WHEN}&date_to={LATER}"
        reply = msp.request("GET", "tariffs", SENDER, url=url, query=query)
        assert reply.headers["x-total-count"] == "5"
        assert len(reply.data) <= 2
        seen += [each["id"] for each in reply.data]
        if (link := reply.headers.get("link")) is None:
            break
        url = link[1 : link.index(">")]
        assert "date_from=" in url
        assert "date_to=" in url
    assert seen == ["T0", "T1", "T2", "T3", "T4"]
    found = msp.request("GET", "tariffs", SENDER, query="offset=3").data
    assert [each["id"] for each in found] == ["T3", "T4"]


@pytest.mark.ocpi("O-06", "O-07", "L-01", "L-02", "L-10")
@pytest.mark.versions("2.1.1")
def test_put_replaces_and_patch_merges(hub: Hub, cpo: Platform, msp: Platform) -> None:
    push(cpo, "L1", location())
    gone = {"status": "REMOVED", "last_updated": LATER}
    push(cpo, "L1/E1", gone, "PATCH")
    (found,) = kept(msp)
    assert found == location(evses=[evse(**gone)], last_updated=LATER)
    bare = location(last_updated=LATER)
    del bare["name"]
    push(cpo, "L1", bare)
    assert "name" not in kept(msp)[0]


@pytest.mark.ocpi("T-13", "T-15", "O-03", "L-01", "TK-03", "SE-05", "CD-01", "TA-05")
@pytest.mark.versions("2.1.1")
def test_what_is_refused_and_how(hub: Hub, cpo: Platform, msp: Platform) -> None:
    base = f"{hub.url}/ocpi/2.1.1"
    for method, path in (
        ("DELETE", "receiver/locations/NL/CPO/L1"),
        ("DELETE", "receiver/tokens/DE/MSP/U1"),
        ("DELETE", "receiver/sessions/NL/CPO/S1"),
        ("PUT", "receiver/cdrs/C1"),
    ):
        assert cpo.request(method, "", url=f"{base}/{path}", json={}).status == 405, path
    assert msp.request("GET", "tariffs", url=f"{base}/sender/tariffs/T1").status == 404
    assert cpo.request("GET", "locations", url=f"{base}/sender/nothing").status == 404
    assert push(cpo, "T2", tariff("T1")).code == 2001
    broken = cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", body=b"{")
    assert (broken.status, broken.code) == (400, 2000)
    assert kept(msp, "tariffs") == []


@pytest.mark.ocpi("T-31", "T-32")
@pytest.mark.versions("2.1.1")
def test_who_is_away_gets_nothing_and_pulls_it_later(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    hub.set_status(msp, Status.OFFLINE)
    push(cpo, "T1", tariff())
    assert hub.deliver() == 0
    hub.set_status(msp, Status.CONNECTED)
    assert hub.deliver() == 0
    assert kept(msp, "tariffs") == [tariff()]


@pytest.mark.ocpi("T-08", "T-09")
@pytest.mark.versions("2.1.1")
def test_headers_in_any_case_and_without_a_content_type(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    push(cpo, "T1", tariff())
    url = urlsplit(cpo.hub_endpoints["tariffs", RECEIVER])
    headers = {"aUTHORIZATION": f"Token {cpo.hub_token}"}
    with closing(HTTPConnection(url.netloc)) as connection:
        connection.request("DELETE", f"{url.path}/NL/CPO/T1", headers=headers)
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())["status_code"]) == (200, 1000)
    reply = msp.request("GET", "tariffs", SENDER, headers={"Content-Type": None})
    assert (reply.code, reply.data) == (1000, [])


@pytest.mark.ocpi("CD-01", "CD-02", "CD-03", "CD-09", "CD-11", "SE-10")
@pytest.mark.versions("2.1.1")
def test_sessions_and_cdrs_are_of_who_pays(
    hub: Hub, cpo: Platform, msp: Platform, driver: str
) -> None:
    """Nobody was told of the Location."""
    other = hub.platform("FR/MSP")
    assert cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S1", json=session()).code == 1000
    reply = cpo.request("POST", "cdrs", RECEIVER, json=cdr())
    assert reply.code == 1000, reply
    heard = msp.heard(module="cdrs")
    assert (heard.method, heard.tail, heard.json) == ("POST", "", cdr())
    assert reply.headers["location"].startswith(f"{hub.url}/ocpi/2.1.1/receiver/cdrs/")
    assert cpo.request("POST", "cdrs", RECEIVER, json=cdr(total_energy=11)).code == 2001
    assert (kept(msp, "cdrs"), kept(other, "cdrs")) == ([cdr()], [])
    assert ([each["id"] for each in kept(msp, "sessions")], kept(other, "sessions")) == (["S1"], [])


@pytest.mark.ocpi("TK-10")
@pytest.mark.versions("2.1.1")
def test_an_authorize_without_a_body_passes(
    hub: Hub, cpo: Platform, msp: Platform, driver: str
) -> None:
    msp.objects.put("tokens", token())
    reply = cpo.request("POST", "tokens", SENDER, "U1/authorize")
    assert (reply.code, reply.data["allowed"]) == (1000, "ALLOWED"), reply


@pytest.mark.ocpi("Y-05", "CM-02", "CM-10")
@pytest.mark.versions("2.1.1")
def test_a_command_is_sent_once_with_a_url_of_the_hub(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    push(cpo, "L1", location())
    body = {"response_url": msp.callback_url(), "location_id": "L1", "token": token()}
    for fault in ("hangup", "http", "html"):
        cpo.clear()
        cpo.faults.clear()
        cpo.faults.set(fault, module="commands")
        msp.request("POST", "commands", RECEIVER, "START_SESSION", json=body)
        (heard,) = [each for each in cpo.received if each.module == "commands"]
        assert heard.json["response_url"].startswith(f"{hub.url}/ocpi/2.1.1/sender/commands/via-")
        assert len(heard.json["response_url"]) <= 255
