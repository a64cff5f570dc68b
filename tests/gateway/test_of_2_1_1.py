"""What every version asks, where OCPI 2.1.1 has it in its own way: plain tokens, no type in the URL
of a Token, lists without headers of their own."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from hub.ocpi.status import Code
from tests.gateway import objects, objects_2_1_1
from tests.gateway.objects_2_1_1 import token
from tests.hub import Hub, playground_platform
from tests.platforms import RECEIVER, SENDER, Platform
from tests.store.test_concurrency import at

HUB = ("NL", "HUB")


def credentials_of(platform: Platform, own_token: str) -> dict[str, Any]:
    country, party = platform.party
    return {
        "token": own_token, "url": platform.versions_url, "country_code": country,
        "party_id": party, "business_details": {"name": platform.name},
    }  # fmt: skip


def register_with(hub: Hub, platform: Platform, own_token: str) -> None:
    """Registers a CPO of 2.1.1 that calls itself by that token."""
    invitation, state = hub.invite(platform.name), platform.real.state
    state.connection = replace(state.connection, own_token=own_token)
    reply = platform.request(
        "POST", "credentials", url=f"{hub.url}/ocpi/emsp/2.1.1/credentials",
        token=invitation.token_a, json=credentials_of(platform, own_token),
    )  # fmt: skip
    assert reply.code == 1000, reply
    state.connection = replace(state.connection, hub_token=reply.data["token"])


@pytest.mark.ocpi("T-06")
@pytest.mark.versions("2.1.1")
def test_two_platforms_may_choose_the_same_token_for_us(hub: Hub) -> None:
    """It identifies neither then; and each is known by the token that the hub gave it."""
    one = playground_platform(hub, "CPO:NL/AAA", name="one")
    two = playground_platform(hub, "CPO:NL/BBB", name="two")
    for platform in (one, two):
        register_with(hub, platform, "shared-token")
    assert one.hub_token != two.hub_token
    versions = f"{hub.url}/ocpi/emsp/versions"
    assert one.request("GET", "versions", url=versions, token="shared-token").status == 401
    url = f"{hub.url}/ocpi/emsp/2.1.1/credentials"
    for platform in (one, two):
        assert platform.request("GET", "credentials", url=url).data["token"] == platform.hub_token
    assert one.request("DELETE", "credentials", url=url).code == 1000
    assert two.request("GET", "versions", url=versions).code == 1000


@pytest.mark.ocpi("T-06")
@pytest.mark.versions("2.1.1")
def test_a_token_that_is_anothers_in_base64_identifies_neither(hub: Hub) -> None:
    """2.1.1 writes tokens as they are, so one of them may read as another's in Base64."""
    one = playground_platform(hub, "CPO:NL/AAA", name="one")
    two = playground_platform(hub, "CPO:NL/BBB", name="two")
    register_with(hub, one, "secret-of-one")
    versions = f"{hub.url}/ocpi/emsp/versions"
    spelled = {"Authorization": "Token c2VjcmV0LW9mLW9uZQ=="}
    assert one.request("GET", "versions", url=versions, headers=spelled).code == 1000
    register_with(hub, two, "c2VjcmV0LW9mLW9uZQ==")
    assert one.request("GET", "versions", url=versions, headers=spelled).status == 401
    assert one.request("GET", "versions", url=versions, token="secret-of-one").code == 1000


@pytest.mark.ocpi("P-07", "P-09", "P-10")
@pytest.mark.versions("2.1.1")
@pytest.mark.parametrize("version", ["2.1.1", "2.2.1"])
def test_a_crawl_under_writes_finds_each_object_exactly_once(
    hub: Hub, msp: Platform, version: str
) -> None:
    """Objects of its own version, and of another, are added, changed and deleted while the pages
    are followed."""
    cpo = hub.platform("NL/CPO", version=version)
    to = None if version == "2.1.1" else HUB
    made = objects_2_1_1.tariff if to is None else objects.tariff

    def put(identifier: str, second: int = 0) -> None:
        body = made(identifier, last_updated=at(second))
        reply = cpo.request("PUT", "tariffs", RECEIVER, f"NL/CPO/{identifier}", json=body, to=to)
        assert reply.code == 1000, reply

    def crawl() -> list[str]:
        url, seen = None, []
        while True:
            reply = msp.request("GET", "tariffs", SENDER, url=url, query="" if url else "limit=7")
            assert reply.code == 1000, reply
            seen += [each["id"] for each in reply.data]
            if (link := reply.headers.get("link")) is None:
                return seen
            url = link[1 : link.index(">")]

    for n in range(40):
        put(f"T{n}")
    doomed = {f"T{n}" for n in range(0, 40, 6)}

    def write(worker: int) -> None:
        for n in range(worker, 40, 3):
            if f"T{n}" in doomed:
                cpo.request("DELETE", "tariffs", RECEIVER, f"NL/CPO/T{n}", to=to)
            else:
                put(f"T{n}", n)
            put(f"N{n}")

    with ThreadPoolExecutor(3) as workers:
        writing = [workers.submit(write, n) for n in range(3)]
        crawls = [crawl()]
        while not all(each.done() for each in writing):
            crawls.append(crawl())
        for each in writing:
            each.result()
    crawls.append(crawl())
    lasting = {f"T{n}" for n in range(40)} - doomed
    for seen in crawls:
        assert len(seen) == len(set(seen))
        assert lasting <= set(seen)
    assert set(crawls[-1]) == lasting | {f"N{n}" for n in range(40)}


@pytest.mark.ocpi("TK-07")
@pytest.mark.versions("2.1.1")
def test_an_authorize_that_is_not_answered_ends_within_its_time_limit(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """Which is the shortest of all modules: a driver stands at the EVSE."""
    assert msp.request("PUT", "tokens", RECEIVER, "DE/MSP/U1", json=token()).code == 1000
    msp.faults.set("never", module="tokens")
    reply = cpo.request("POST", "tokens", SENDER, "U1/authorize")
    assert (reply.status, reply.code) == (200, Code.SERVER_ERROR)
    assert 4500 < reply.milliseconds < 7000


@pytest.mark.ocpi("TK-02")
@pytest.mark.versions("2.1.1")
def test_tokens_of_two_emsps_and_of_two_types_are_told_apart(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    other = hub.platform("FR/MSP")
    mine = [token(), token(type="OTHER", visual_number="2")]
    for each in mine:
        assert msp.request("PUT", "tokens", RECEIVER, "DE/MSP/U1", json=each).code == 1000
    theirs = token(auth_id="FR-MSP-C1")
    assert other.request("PUT", "tokens", RECEIVER, "FR/MSP/U1", json=theirs).code == 1000
    assert cpo.request("GET", "tokens", SENDER).data == [*mine, theirs]
    assert other.request("GET", "tokens", RECEIVER, "FR/MSP/U1").data == theirs
    assert msp.request("GET", "tokens", RECEIVER, "DE/MSP/U1").data == mine[0]


@pytest.mark.ocpi("TK-02")
@pytest.mark.versions("2.1.1")
def test_a_token_that_is_no_rfid_is_found_by_its_uid(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """2.1.1 has no type in the URL of a Token."""
    kept = token(type="OTHER")
    assert msp.request("PUT", "tokens", RECEIVER, "DE/MSP/U1", json=kept).code == 1000
    assert msp.request("GET", "tokens", RECEIVER, "DE/MSP/U1").data == kept
    end = {"valid": False, "last_updated": objects.LATER}
    reply = msp.request("PATCH", "tokens", RECEIVER, "DE/MSP/U1", json=end)
    assert reply.code == 1000, reply
    assert cpo.request("GET", "tokens", SENDER).data == [kept | end]
    newer = hub.platform("BE/CPO", version="2.2.1")
    msp.request("PATCH", "tokens", RECEIVER, "DE/MSP/U1", json=end)
    hub.deliver()
    assert newer.heard(module="tokens").query == "type=OTHER"
    answer = {"data": {"allowed": "BLOCKED"}, "status_code": 1000, "timestamp": objects.WHEN}
    msp.script.add("tokens", method="POST", json=answer)
    reply = cpo.request("POST", "tokens", SENDER, "U1/authorize")
    assert (reply.code, reply.data) == (1000, {"allowed": "BLOCKED"}), reply
    assert msp.heard(module="tokens", method="POST").query == ""


@pytest.mark.ocpi("TK-02")
@pytest.mark.versions("2.1.1")
def test_a_token_of_a_newer_emsp_is_authorized_by_its_uid(hub: Hub, cpo: Platform) -> None:
    """Its type was told as OTHER; the eMSP is asked with the one that it has."""
    msp = hub.platform("DE/MSP", version="2.2.1")
    content = objects.token(type="APP_USER")
    msp.objects.put("tokens", content)
    msp.request("PUT", "tokens", RECEIVER, "DE/MSP/U1", query="type=APP_USER", json=content, to=HUB)
    reply = cpo.request("POST", "tokens", SENDER, "U1/authorize")
    assert (reply.code, reply.data["allowed"]) == (1000, "ALLOWED"), reply
    assert msp.heard(module="tokens", method="POST").query == "type=APP_USER"
