"""Tokens: where each kind opens, how they are written, how they are kept."""

import base64
from typing import Any

import pytest

from apps.parties.models import Token
from hub.ocpi.headers import TokenForm
from tests.hub import Hub, playground_platform
from tests.platforms import SENDER, Platform


def test_tokens_are_kept_as_fingerprint_and_ciphertext(hub: Hub) -> None:
    msp = hub.platform("DE/MSP")
    for row in Token.objects.all():
        for token in (msp.hub_token, msp.own_token):
            assert token.encode() not in bytes(row.sealed)
            assert token not in row.fingerprint


def test_a_token_a_opens_versions_and_credentials_only(hub: Hub) -> None:
    """T-05"""
    token = hub.invite("newcomer").token_a
    here = playground_platform(hub, "DE/MSP", name="newcomer")
    for url, status in (
        ("/ocpi/versions", 200),
        ("/ocpi/2.2.1", 200),
        ("/ocpi/2.2.1/credentials", 200),
        ("/ocpi/2.2.1/sender/locations", 401),
        ("/ocpi/2.2.1/receiver/commands/START_SESSION", 401),
        ("/ocpi/2.2.1/sender/nosuch", 401),
    ):
        reply = here.request("GET", "", url=hub.url + url, token=token, to=("NL", "HUB"))
        assert reply.status == status, url
        assert reply.envelope is not None


@pytest.mark.parametrize(
    "header",
    [None, "", "Token", "Basic dXNlcjpwYXNz", "Token nonsense", "Token  ", "Bearer x"],
)
@pytest.mark.parametrize(
    "path",
    [
        "/ocpi/versions",
        "/ocpi/2.2.1",
        "/ocpi/2.2.1/credentials",
        "/ocpi/2.2.1/sender/locations",
        "/ocpi/2.2.1/receiver/locations/NL/CPO/L1",
        "/ocpi/2.2.1/sender/commands/via-00000000000000000000000000000000",
        "/ocpi/",
        "/ocpi/no/such/thing",
    ],
)
def test_without_a_good_token_everything_is_401(hub: Hub, path: str, header: str | None) -> None:
    """T-04, on every kind of URL, before anything else is looked at."""
    stranger = playground_platform(hub, "DE/MSP", name="stranger")
    reply = stranger.request(
        "GET", "", url=hub.url + path, headers={"Authorization": header}, to=("NL", "HUB")
    )
    assert reply.status == 401
    assert reply.envelope is not None
    assert reply.headers["www-authenticate"] == "Token"


@pytest.mark.parametrize(
    "written",
    [
        lambda token: token,
        lambda token: base64.b64encode(token.encode()).decode(),
        lambda token: base64.b64encode(token.encode() + b"\n").decode(),
        lambda token: base64.b64encode(token.encode() + b"\r\n").decode(),
    ],
    ids=["plain", "base64", "base64 with line feed", "base64 with CR LF"],
)
def test_every_spelling_of_a_token_is_understood(hub: Hub, msp: Platform, written: Any) -> None:
    """T-03; decided per request, so a platform may mix them."""
    headers = {"Authorization": f"Token {written(msp.hub_token)}"}
    assert msp.request("GET", "versions", url=hub.versions_url, headers=headers).code == 1000


@pytest.mark.parametrize("form", list(TokenForm))
def test_the_hub_writes_its_token_as_the_platform_does(hub: Hub, form: TokenForm) -> None:
    cpo = hub.platform("NL/CPO", token_form=form)
    assert hub.row(cpo).token_form == form
    msp = hub.platform("DE/MSP")
    cpo.clear()
    msp.request("GET", "locations", SENDER, "L1", to=("NL", "CPO"))
    sent = cpo.heard(module="locations").headers["authorization"].removeprefix("Token ")
    plain = sent == cpo.own_token
    assert plain is (form is TokenForm.PLAIN)


def test_plain_tokens_are_noticed_as_a_habit(hub: Hub) -> None:
    cpo = hub.platform("NL/CPO", token_form=TokenForm.PLAIN)
    hub.flush()
    assert "plain tokens" in hub.row(cpo).learned


def test_the_platforms_own_token_is_taken_for_the_hubs(hub: Hub, msp: Platform) -> None:
    """Some platforms authenticate with the token they issued."""
    reply = msp.request("GET", "versions", url=hub.versions_url, token=msp.own_token)
    assert reply.code == 1000
    hub.flush()
    assert "its own token instead of the hub's" in hub.row(msp).learned
