"""Requests as nobody should send them: each is understood, or refused by name, and none is an
internal error."""

import http.client
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import pytest

from apps.gateway.standins import OBJECT_LIFE
from apps.store.models import StandIn
from tests.gateway.objects import LATER, location, session, token
from tests.gateway.test_across_pushes import OLD
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

HUB, CPO, MSP = ("NL", "HUB"), ("NL", "CPO"), ("DE", "MSP")
LONG = "L" * 256


def start(msp: Platform, **more: Any) -> dict[str, Any]:
    return {"response_url": msp.callback_url(), "token": token(), "location_id": "L1", **more}


@pytest.mark.parametrize("to", [CPO, None], ids=["direct", "open"])
@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'"x"', b"5"])
def test_a_command_is_one_object(
    hub: Hub, cpo: Platform, msp: Platform, body: bytes, to: tuple[str, str] | None
) -> None:
    cpo.clear()
    reply = msp.request("POST", "commands", RECEIVER, "START_SESSION", body=body, to=to)
    assert (reply.status, reply.code) == (200, 2001), reply
    assert "must be one JSON object" in reply.message
    assert not cpo.received


@pytest.mark.parametrize("until", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "soon", 5])
def test_a_reservation_may_end_at_any_time(
    hub: Hub, cpo: Platform, msp: Platform, until: object
) -> None:
    """Its result may come as long as the hub keeps any URL, and no longer."""
    body = start(msp, reservation_id="R1", expiry_date=until)
    reply = msp.request("POST", "commands", RECEIVER, "RESERVE_NOW", json=body, to=CPO)
    assert reply.code == 2003, reply  # the CPO's own answer: it has no such location
    assert cpo.heard(module="commands").json["expiry_date"] == until
    ends = StandIn.objects.get().expires_at
    assert ends is not None
    assert timedelta(minutes=9) < ends - datetime.now(UTC) < OBJECT_LIFE + timedelta(days=1)


@pytest.mark.parametrize(
    "odd", ["{url} x", "{url}\r\nHost: evil.example", "http://127.0.0.1:1:2/", "http://[::1/"]
)
def test_a_response_url_is_a_whole_url(hub: Hub, cpo: Platform, msp: Platform, odd: str) -> None:
    cpo.clear()
    body = start(msp, response_url=odd.format(url=msp.callback_url()))
    reply = msp.request("POST", "commands", RECEIVER, "START_SESSION", json=body, to=CPO)
    assert (reply.status, reply.code) == (200, 2001), reply
    assert "response_url" in reply.message
    assert not cpo.received


def test_a_second_response_url_does_not_pass(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """Which of two members a CPO takes is its own affair: its token would go there."""
    evil = '{"response_url":"http://evil.example/","response_url"'
    text = json.dumps(start(msp)).replace('{"response_url"', evil, 1)
    msp.request("POST", "commands", RECEIVER, "START_SESSION", body=text.encode(), to=CPO)
    assert b"evil.example" not in cpo.heard(module="commands").body
    cpo.clear()
    query = f"duration=60&response%5Furl=http://evil.example/&response_url={msp.callback_url()}"
    msp.request("GET", "chargingprofiles", RECEIVER, "S1", query=query, to=CPO)
    assert "evil.example" not in cpo.heard(module="chargingprofiles").query


@pytest.mark.parametrize("to", [HUB, MSP], ids=["broadcast", "direct"])
def test_an_id_has_an_end(hub: Hub, cpo: Platform, msp: Platform, to: tuple[str, str]) -> None:
    reply = cpo.request("PUT", "locations", RECEIVER, f"NL/CPO/{LONG}", json=location(LONG), to=to)
    assert (reply.status, reply.code) == (200, 2001), reply
    assert reply.message == "location_id has 256 characters; no id has more than 255."
    most = LONG[:255]
    reply = cpo.request("PUT", "locations", RECEIVER, f"NL/CPO/{most}", json=location(most), to=HUB)
    assert reply.code == 1000, reply


def test_nobody_is_found_by_a_text_without_end(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """And nothing is learned of it, so the Session is kept as any other."""
    endless = "".join(sha256(bytes([n])).hexdigest() for n in range(150))
    body = session(authorization_reference=endless)
    reply = cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S1", json=body, to=MSP)
    assert reply.code == 1000, reply
    assert msp.request("GET", "sessions", SENDER, to=HUB).data == [body]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_token_has_the_type_of_its_url(
    hub: Hub, cpo: Platform, msp: Platform, method: str
) -> None:
    """Else the token of one type would be kept in the place of another."""
    url = "DE/MSP/U1"
    pushed = msp.request("PUT", "tokens", RECEIVER, url, query="type=rfid", json=token(), to=HUB)
    assert pushed.code == 1000, pushed
    other = token(type="APP_USER", last_updated=LATER)
    reply = msp.request(method, "tokens", RECEIVER, url, query="type=RFID", json=other, to=HUB)
    assert (reply.status, reply.code) == (200, 2001), reply
    assert "body field type is 'APP_USER' but the query says 'RFID'" in reply.message
    assert msp.request("GET", "tokens", RECEIVER, url, to=HUB).data == token()


def asked_twice(hub: Hub, platform: Platform, *more: tuple[str, str]) -> tuple[int, dict[str, Any]]:
    """A list request with further headers beside its own, in one request."""
    connection = http.client.HTTPConnection(urlsplit(hub.url).netloc, timeout=10)
    connection.putrequest("GET", "/ocpi/2.2.1/sender/locations")
    for name, value in (
        ("Authorization", f"Token {platform.hub_token}"),
        ("OCPI-from-country-code", "DE"), ("OCPI-from-party-id", "MSP"),
        ("OCPI-to-country-code", "NL"), ("OCPI-to-party-id", "HUB"), *more,
    ):  # fmt: skip
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    content = json.loads(answer.read())
    connection.close()
    return answer.status, content


def test_a_header_that_says_two_things_is_refused(hub: Hub, msp: Platform) -> None:
    """Proxies and servers differ in which of them they take."""
    status, answer = asked_twice(hub, msp, ("OCPI-to-party-id", "HUB"))
    assert (status, answer["status_code"]) == (200, 1000)
    status, answer = asked_twice(hub, msp, ("OCPI-TO-party-id", "CPO"))
    assert (status, answer["status_code"]) == (200, 2001)
    assert answer["status_message"] == "header ocpi-to-party-id came 2 times, as HUB and CPO."
    status, answer = asked_twice(hub, msp, ("Authorization", "Token other"))
    assert status == 401
    assert "more than once" in answer["status_message"]
    assert msp.hub_token not in answer["status_message"]


def test_a_byte_order_mark_is_read_over(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """In a request, and in an answer."""
    text = b"\xef\xbb\xbf" + json.dumps(location()).encode()
    reply = cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", body=text, to=HUB)
    assert (reply.status, reply.code) == (201, 1000), reply
    assert msp.request("GET", "locations", SENDER, "L1", to=HUB).data == location()
    answer = b'\xef\xbb\xbf{"data":[],"status_code":1000,"timestamp":"2026-01-01T00:00:00Z"}'
    cpo.script.add("locations", SENDER, body=answer)
    reply = msp.request("GET", "locations", SENDER, to=CPO)
    assert reply.status == 200
    assert b"1000" in reply.body


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("date_from=2026-01-01T00:00:00+00:00", 1),
        ("date_from=2026-03-01T12:00:00+02:00", 1),
        ("date_from=2026-03-01T12:00:01+02:00", 0),
        ("date_from=2026-01-01T00:00:00Z&date_to=9999-12-31T23:59:59Z", 1),
        ("date_from=9999-12-31T23:59:59Z", 0),
        ("date_from=0001-01-01T00:00:00Z", 1),
        ("limit=9223372036854775807", 1),
        ("offset=99999999999999999999", 0),
    ],
)
def test_lists_of_any_window(
    hub: Hub, cpo: Platform, msp: Platform, query: str, count: int
) -> None:
    """A plus that was not percent-encoded, the end of time, the greatest number of a language."""
    cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=location(), to=HUB)
    reply = msp.request("GET", "locations", SENDER, query=query, to=HUB)
    assert (reply.status, reply.code, len(reply.data)) == (200, 1000, count), reply
    total = int(reply.headers["x-total-count"])
    assert total == (1 if query.startswith("offset") else count)


def test_what_was_updated_at_the_end_of_time_is_counted(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    last = location(last_updated="9999-12-31T23:30:00Z")
    assert cpo.request(
        "PUT", "locations", RECEIVER, "NL/CPO/L1", json=last, to=HUB
    ).code == 1000  # fmt: skip
    for query, count in (
        ("date_from=2026-01-01T00:00:00Z", 1),
        ("date_from=9999-12-31T05:00:00Z", 1),
        ("date_from=9999-12-31T23:30:00Z", 1),
        ("date_from=9999-12-31T23:30:01Z", 0),
        ("date_to=9999-12-31T23:30:00Z", 0),
    ):
        reply = msp.request("GET", "locations", SENDER, query=query, to=HUB)
        assert (len(reply.data), reply.headers["x-total-count"]) == (count, str(count)), query


@pytest.mark.versions("2.2.1")
def test_a_list_of_2_1_1_never_asks_for_a_header_that_2_1_1_has_not(hub: Hub) -> None:
    """Whoever asks: here a platform that has registered in another version."""
    msp = hub.platform("DE/MSP")
    url = f"{hub.url}/ocpi/{OLD}/sender/locations"
    assert msp.request("GET", "locations", url=url).code == 1000


SAYS: list[tuple[str, Any, str]] = [
    (
        "STOP_SESSION",
        {"session_id": "S9"},
        "the hub cannot tell who this commands request is for: nobody is known here by its "
        "session_id; set OCPI-to to the party you mean.",
    ),
    (
        "STOP_SESSION",
        {},
        "the hub cannot tell who this commands request is for: it has none of location_id, "
        "session_id, reservation_id; set OCPI-to to the party you mean.",
    ),
]


@pytest.mark.parametrize(("command", "body", "says"), SAYS)
def test_a_refusal_names_what_was_looked_for(
    hub: Hub, cpo: Platform, msp: Platform, command: str, body: dict[str, Any], says: str
) -> None:
    body = {"response_url": msp.callback_url(), **body}
    reply = msp.request("POST", "commands", RECEIVER, command, json=body)
    assert (reply.code, reply.message) == (4001, says)


@pytest.mark.versions("2.2.1")
def test_refusals_speak_of_what_the_asker_can_change(hub: Hub, msp: Platform) -> None:
    cpo = hub.platform("NL/CPO")
    reply = cpo.request(
        "PUT", "locations", RECEIVER, "NL/CPO/L1",
        json=location(publish="yes", coordinates=5), to=HUB,
    )  # fmt: skip
    assert reply.message == (
        "$.publish: must be true or false, not a string; "
        "$.coordinates: must be an object (GeoLocation), not a number."
    )
    url = f"{hub.url}/ocpi/2.2/sender/locations"
    reply = msp.request("GET", "locations", url=url, to=HUB)
    assert (reply.status, reply.code) == (404, 3002)
    assert reply.message == "OCPI 2.2 is not offered; 2.1.1, 2.2.1, 2.3.0 is."
    url = f"{hub.url}/ocpi/2.1.1/sender/hubclientinfo"
    reply = msp.request("GET", "hubclientinfo", url=url)
    assert reply.message == "OCPI 2.1.1 has no hubclientinfo; 2.2.1 and 2.3.0 have it."
    new = hub.platform("FR/MSP", version="2.3.0")
    body = {"country_code": "FR", "party_id": "MSP", "request_id": "R1"}
    reply = new.request("POST", "Booking", SENDER, json=body, to=CPO)
    assert reply.message == (
        "the receiver speaks OCPI 2.2.1, which has no such request of bookings."
    )


@pytest.mark.parametrize("version", ["2.1.1", "2.3.0"])
def test_one_object_in_a_list_is_read_by_another_version(hub: Hub, version: str) -> None:
    """Some platforms wrap what is no list: an AuthorizationInfo, a CommandResponse."""
    msp, cpo = hub.platform("DE/MSP"), hub.platform("BE/CPO", version=version)
    pushed = msp.request("PUT", "tokens", RECEIVER, "DE/MSP/U1", json=token(), to=HUB)
    assert pushed.code == 1000, pushed
    given = {"status_code": 1000, "timestamp": "2026-01-01T00:00:00Z"}
    wrapped = {**given, "data": [{"allowed": "ALLOWED", "token": token()}]}
    msp.script.add("tokens", SENDER, "POST", json=wrapped)
    reply = cpo.request("POST", "tokens", SENDER, "U1/authorize")
    assert (reply.code, reply.data["allowed"]) == (1000, "ALLOWED"), reply
    odd: Any
    for odd in ([], "ALLOWED", 5):
        msp.script.add("tokens", SENDER, "POST", json={**given, "data": odd})
        reply = cpo.request("POST", "tokens", SENDER, "U1/authorize")
        assert "It is not a JSON object" in reply.message, reply


def test_a_compressed_body_is_refused_by_its_name(hub: Hub, cpo: Platform) -> None:
    headers = {"Content-Encoding": "gzip"}
    reply = cpo.request(
        "PUT", "locations", RECEIVER, "NL/CPO/L1", body=b"\x1f\x8b", headers=headers, to=HUB
    )
    assert reply.status == 415
    assert "Content-Encoding 'gzip'" in reply.message
