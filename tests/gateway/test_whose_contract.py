"""A Session or CDR of 2.1.1 tells a contract, of which an eMSP may have issued several tokens: the
party is known all the same (V-04)."""

import pytest

from tests.gateway.test_across_pushes import OLD, said
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform

HUB = ("NL", "HUB")


def two_tokens(hub: Hub, version: str) -> tuple[Platform, Platform]:
    """A CPO of 2.1.1, and an eMSP that has two tokens of one contract."""
    cpo = hub.platform("NL/CPO", version=OLD)
    msp = hub.platform("DE/MSP", version=version)
    for uid in ("U1", "U2"):
        card = said(version, "token", uid=uid)
        to = None if version == OLD else HUB
        pushed = msp.request("PUT", "tokens", RECEIVER, f"DE/MSP/{uid}", json=card, to=to)
        assert pushed.code == 1000, pushed
    msp.clear()
    return cpo, msp


@pytest.mark.ocpi("V-04")
def test_whose_contract_it_is_is_enough_between_platforms_of_2_1_1(hub: Hub) -> None:
    """Which of its tokens was used need not be known: 2.1.1 does not tell it."""
    cpo, msp = two_tokens(hub, OLD)
    body, bill = said(OLD, "session"), said(OLD, "cdr")
    assert cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S1", json=body).code == 1000
    assert msp.heard(module="sessions").json == body
    reply = cpo.request("POST", "cdrs", RECEIVER, json=bill)
    assert reply.code == 1000, reply
    assert msp.heard(module="cdrs").json == bill
    read = cpo.request("GET", "cdrs", url=reply.headers["location"])
    assert read.data == bill


@pytest.mark.ocpi("V-04")
def test_which_of_two_tokens_it_was_is_not_guessed(hub: Hub) -> None:
    cpo, msp = two_tokens(hub, "2.2.1")
    reply = cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S1", json=said(OLD, "session"))
    assert (reply.status, reply.code) == (200, 3000), reply
    assert "auth_id" in reply.message
    assert not msp.received
