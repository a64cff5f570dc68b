"""Real-time authorization: who is asked about a token, and whose answer counts."""

from typing import Any

import pytest

from apps.parties.models import Platform as Row
from hub.ocpi.status import Code
from tests.gateway.objects import token
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

HUB, CPO, MSP = ("NL", "HUB"), ("NL", "CPO"), ("DE", "MSP")


def authorize(cpo: Platform, uid: str = "U1", to: tuple[str, str] | None = None) -> Any:
    return cpo.request("POST", "tokens", SENDER, f"{uid}/authorize", query="type=RFID", to=to,
                       json={"location_id": "L1"})  # fmt: skip


@pytest.mark.parametrize("to", [None, HUB, MSP])
def test_a_known_token_is_asked_of_its_owner(
    hub: Hub, cpo: Platform, msp: Platform, to: tuple[str, str] | None
) -> None:
    other = hub.platform("FR/MSP")
    msp.objects.put("tokens", token())
    msp.request("PUT", "tokens", RECEIVER, "DE/MSP/U1", json=token(), to=HUB)
    reply = authorize(cpo, to=to)
    assert (reply.code, reply.data["allowed"]) == (1000, "ALLOWED")
    heard = msp.heard(module="tokens", method="POST")
    assert heard.query == "type=RFID"
    assert heard.headers["ocpi-from-party-id"] == "CPO"
    assert not [r for r in other.received if r.method == "POST"]


@pytest.mark.ocpi("TK-10")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_an_authorize_without_a_body_passes(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """TK-10"""
    msp.objects.put("tokens", token())
    reply = cpo.request("POST", "tokens", SENDER, "U1/authorize", to=MSP)
    assert reply.data["allowed"] == "ALLOWED"


def asked(hub: Hub, name: str, verdict: str | None) -> Platform:
    """An eMSP that opted in to be asked; it knows the token when there is a verdict."""
    made = hub.platform(f"EMSP:DE/{name}", name=name)
    hub.change(made, answers_authorize=True)
    if verdict is not None:
        made.objects.put("tokens", token(owner=f"DE/{name}"))
        made.verdicts["U1"] = verdict
    made.clear()
    return made


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([None, "ALLOWED"], "ALLOWED"),
        (["BLOCKED", "ALLOWED", None], "ALLOWED"),
        (["NOT_ALLOWED", "EXPIRED"], "EXPIRED"),
        (["NO_CREDIT", None, "BLOCKED"], "BLOCKED"),
    ],
)
def test_an_unknown_token_is_asked_of_those_who_opted_in(
    hub: Hub, cpo: Platform, verdicts: list[str | None], expected: str
) -> None:
    silent = hub.platform("FR/MSP")
    silent.clear()
    all_asked = [asked(hub, f"MS{n}", verdict) for n, verdict in enumerate(verdicts)]
    reply = authorize(cpo)
    assert (reply.status, reply.data["allowed"]) == (200, expected)
    winner = reply.headers["ocpi-from-party-id"]
    assert verdicts[int(winner[-1])] == expected
    assert not silent.received
    assert len(all_asked[0].received) == 1


@pytest.mark.ocpi("TK-04", "TK-05", "TK-06", "R-24")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_what_the_emsp_says_of_a_token_reaches_the_cpo(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    unknown = authorize(cpo, to=MSP)
    assert (unknown.status, unknown.code) == (404, 2004)
    msp.objects.put("tokens", token())
    msp.verdicts["U1"] = "BLOCKED"
    blocked = authorize(cpo, to=MSP)
    assert (blocked.code, blocked.data["allowed"]) == (1000, "BLOCKED")
    assert blocked.data["token"] == token()
    msp.faults.set("refuse", 2002, module="tokens")
    assert authorize(cpo, to=MSP).code == 2002


@pytest.mark.ocpi("TK-04")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_a_token_nobody_knows_is_404_and_2004(hub: Hub, cpo: Platform) -> None:
    """TK-04: with and without somebody to ask."""
    for _ in range(2):
        reply = authorize(cpo)
        assert (reply.status, reply.code, reply.data) == (404, 2004, None)
        asked(hub, "MS1", None) if not hub_has(hub, "MS1") else None


def hub_has(hub: Hub, name: str) -> bool:
    return Row.objects.filter(name=name).exists()


def test_the_first_yes_does_not_wait_for_the_slow(hub: Hub, cpo: Platform) -> None:
    slow = asked(hub, "MS1", "ALLOWED")
    slow.faults.set("slow", 4, module="tokens")
    asked(hub, "MS2", "ALLOWED")
    reply = authorize(cpo)
    assert reply.headers["ocpi-from-party-id"] == "MS2"
    assert reply.milliseconds < 3000


def test_only_timeouts_are_4002(hub: Hub, cpo: Platform) -> None:
    slow = asked(hub, "MS1", "ALLOWED")
    slow.faults.set("never", module="tokens")
    reply = authorize(cpo)
    assert (reply.status, reply.code) == (200, Code.TIMEOUT)
