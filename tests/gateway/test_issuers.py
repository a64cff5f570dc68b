"""An EMAID that nobody has told the hub of is spelled after its issuer, who may be asked."""

from typing import Any

import pytest

from apps.parties.models import Agreement
from hub.routing.network import Status
from tests.gateway.objects import token
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

EMAID = "DE-MSP-C12345678-X"


@pytest.fixture
def cpo(hub: Hub) -> Platform:
    return hub.platform("NL/CPO", version="2.3.0")


@pytest.fixture
def msp(hub: Hub) -> Platform:
    made = hub.platform("DE/MSP", version="2.3.0")
    made.objects.put("tokens", token(EMAID, type="EMAID"))
    return made


def authorize(cpo: Platform, uid: str = EMAID, query: str = "type=EMAID") -> Any:
    return cpo.request("POST", "tokens", SENDER, f"{uid}/authorize", query=query)


def asked(platform: Platform) -> int:
    return len([each for each in platform.received if each.method == "POST"])


@pytest.mark.parametrize("uid", [EMAID, "demspC12345678X"])
def test_an_emaid_is_asked_of_its_issuer(hub: Hub, cpo: Platform, msp: Platform, uid: str) -> None:
    other = hub.platform("FR/MSP", version="2.3.0")
    msp.objects.put("tokens", token(uid, type="EMAID"))
    reply = authorize(cpo, uid)
    assert (reply.code, reply.data["allowed"]) == (1000, "ALLOWED"), reply
    assert reply.headers["ocpi-from-party-id"] == "MSP"
    assert (asked(msp), asked(other)) == (1, 0)


@pytest.mark.parametrize("query", ["", "type=RFID"])
def test_other_tokens_are_not(hub: Hub, cpo: Platform, msp: Platform, query: str) -> None:
    reply = authorize(cpo, query=query)
    assert (reply.status, reply.code, asked(msp)) == (404, 2004, 0)


def test_a_token_that_is_kept_is_its_owners(hub: Hub, cpo: Platform, msp: Platform) -> None:
    other = hub.platform("FR/MSP", version="2.3.0")
    content = token(EMAID, "FR/MSP", type="EMAID")
    other.objects.put("tokens", content)
    pushed = other.request(
        "PUT", "tokens", RECEIVER, f"FR/MSP/{EMAID}", query="type=EMAID", json=content,
        to=("NL", "HUB"),
    )  # fmt: skip
    assert pushed.code == 1000
    assert authorize(cpo).code == 1000
    assert (asked(msp), asked(other)) == (0, 1)


def test_an_issuer_that_may_not_be_asked_is_not(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """Offline, or hidden by an agreement; then those who opted in are asked, as ever."""
    hub.set_status(msp, Status.SUSPENDED)
    assert authorize(cpo).code == 2004
    hub.set_status(msp, Status.CONNECTED)
    Agreement.objects.create(one="NL/CPO", other="DE/MSP", state=Agreement.State.ENDED)
    hub.reload()
    assert (authorize(cpo).code, asked(msp)) == (2004, 0)
    willing = hub.platform("FR/MSP", version="2.3.0")
    hub.change(willing, answers_authorize=True)
    assert (authorize(cpo).code, asked(willing)) == (2004, 1)
