"""Message ids, routing headers and limits: what platforms leave out, and what does not travel."""

import json
import uuid
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from apps.gateway.asgi import application
from apps.gateway.limits import Buckets
from tests.gateway.objects import session, tariff
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

HUB, CPO, MSP = ("NL", "HUB"), ("NL", "CPO"), ("DE", "MSP")


@pytest.mark.ocpi("T-25", "T-26", "T-30")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_message_ids_are_made_up_when_missing_and_noticed(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """D-17"""
    reply = cpo.request(
        "PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=MSP, from_=None,
        headers={"X-Request-ID": None, "X-Correlation-ID": None},
    )  # fmt: skip
    assert reply.code == 1000
    for name in ("x-request-id", "x-correlation-id"):
        assert str(uuid.UUID(reply.headers[name])) == reply.headers[name]
    assert (
        msp.heard(module="tariffs").headers["x-correlation-id"]
        == (reply.headers["x-correlation-id"])
    )
    hub.flush()
    learned = hub.row(cpo).learned
    assert {"no X-Request-ID", "no X-Correlation-ID", "no OCPI-from headers"} <= set(learned)


@pytest.mark.ocpi("T-09")
@pytest.mark.versions("2.2.1", "2.3.0")
@pytest.mark.parametrize("spelled", [str.lower, str.upper, str.swapcase, str.title])
def test_names_of_headers_are_read_in_any_case(
    hub: Hub, cpo: Platform, msp: Platform, spelled: Callable[[str], str]
) -> None:
    names = {
        "Authorization": f"Token {msp.hub_token}", "X-Request-ID": "r-1", "X-Correlation-ID": "c-1",
        "OCPI-to-country-code": "NL", "OCPI-to-party-id": "CPO",
        "OCPI-from-country-code": "DE", "OCPI-from-party-id": "MSP",
    }  # fmt: skip
    url = urlsplit(msp.hub_endpoints["locations", SENDER])
    with closing(HTTPConnection(url.netloc)) as connection:
        connection.request("GET", url.path, headers={spelled(k): v for k, v in names.items()})
        answer = connection.getresponse()
        code = json.loads(answer.read())["status_code"]
        assert (answer.status, code, answer.headers["X-Request-ID"]) == (200, 1000, "r-1")
    assert cpo.heard(module="locations").headers["x-correlation-id"] == "c-1"


@pytest.mark.ocpi("T-08")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_get_and_delete_need_no_content_type(hub: Hub, cpo: Platform, msp: Platform) -> None:
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=HUB)
    for method in ("GET", "DELETE"):
        reply = cpo.request(
            method, "tariffs", RECEIVER, "NL/CPO/T1", to=HUB, headers={"Content-Type": None}
        )
        assert (reply.status, reply.code) == (200, 1000), method
    reply = msp.request("GET", "locations", SENDER, to=CPO, headers={"Content-Type": None})
    assert reply.code == 1000
    assert "content-type" not in cpo.heard(module="locations").headers


@pytest.mark.ocpi("T-35")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_na_passes_and_leads_nowhere(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """Where a session has no EVSE, `#NA` stands; no other session is found by it."""
    unknown = dict.fromkeys(("location_id", "evse_uid", "connector_id"), "#NA")
    reply = cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S1", json=session(**unknown), to=MSP)
    assert reply.code == 1000
    assert msp.heard(module="sessions").json == session(**unknown)
    reply = msp.request("GET", "locations", SENDER, "%23NA")
    assert (reply.status, reply.code) == (200, 4001)


def test_headers_of_one_connection_do_not_travel(hub: Hub, cpo: Platform, msp: Platform) -> None:
    cpo.request(
        "PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=MSP,
        headers={"X-Forwarded-For": "10.0.0.1", "Cookie": "a=b", "X-Own": "kept"},
    )  # fmt: skip
    heard = msp.heard(module="tariffs").headers
    assert heard["x-own"] == "kept"
    assert not {"x-forwarded-for", "cookie"} & set(heard)
    assert not msp.complaints


def test_a_platform_that_knows_one_party_only_is_spoken_to_in_its_name(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """An operator's switch: FROM of everything sent there."""
    hub.change(msp, presents_as="NL/HUB")
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=MSP)
    assert msp.heard(module="tariffs").headers["ocpi-from-party-id"] == "HUB"


def test_to_naming_the_sender_itself_is_no_to(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """Some platforms copy FROM into TO."""
    reply = cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=CPO)
    assert (reply.status, hub.deliver()) == (201, 1)
    reply = cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S1", json=session(), to=CPO)
    assert reply.headers["ocpi-from-party-id"] == "MSP"
    both = hub.platform("CPO:NL/AAA", "EMSP:NL/AAA", name="both")
    # Row 27: its own other role is somebody to talk to.
    own = ("NL", "AAA")
    assert both.request("GET", "locations", SENDER, to=own, from_=own).code == 1000


@pytest.mark.ocpi("R-10")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_private_messages_to_the_hub_are_placed_by_content_where_an_operator_says_so(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """D-09: never a broadcast."""
    other = hub.platform("FR/MSP")

    def push() -> int | None:
        tail = "NL/CPO/S1"
        return cpo.request("PUT", "sessions", RECEIVER, tail, json=session(), to=HUB).code

    assert push() == 2000
    hub.change(cpo, hub_means_anyone=True)
    other.clear()
    assert push() == 1000
    msp.heard(module="sessions")
    assert hub.deliver() == 0
    assert not other.received


def test_too_many_requests_are_429_but_version_details_are_free(
    hub: Hub, cpo: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:

    assert application.process is not None
    monkeypatch.setattr(application.process, "buckets", Buckets(1))
    replies = [cpo.request("GET", "tokens", SENDER, to=HUB) for _ in range(4)]
    refused = [r for r in replies if r.status == 429]
    assert refused
    assert int(refused[0].headers["retry-after"]) >= 1
    assert cpo.request("GET", "versions", url=f"{hub.url}/ocpi/2.2.1").code == 1000
