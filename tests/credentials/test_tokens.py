"""Tokens: where each kind opens, how they are written, how they are kept."""

import base64

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


@pytest.mark.ocpi("T-05")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_a_token_a_opens_versions_and_credentials_only(hub: Hub) -> None:
    """T-05"""
    token = hub.invite("newcomer").token_a
    here = playground_platform(hub, "DE/MSP", name="newcomer")
    for url, status in (
        (hub.versions_url, 200),
        (hub.version_url, 200),
        (f"{hub.version_url}/credentials", 200),
        (f"{hub.version_url}/sender/locations", 401),
        (f"{hub.version_url}/receiver/commands/START_SESSION", 401),
        (f"{hub.version_url}/sender/nosuch", 401),
    ):
        reply = here.request("GET", "", url=url, token=token, to=("NL", "HUB"))
        assert reply.status == status, url
        assert reply.envelope is not None


@pytest.mark.ocpi("T-01", "T-04", "T-21")
@pytest.mark.versions("2.1.1", "2.2.1", "2.3.0")
@pytest.mark.parametrize(
    "header",
    [None, "", "Token", "Basic dXNlcjpwYXNz", "Token nonsense", "Token  ", "Bearer x"],
)
def test_without_a_good_token_everything_is_401(hub: Hub, header: str | None) -> None:
    """On every kind of URL, before anything else is looked at."""
    stranger = playground_platform(hub, "DE/MSP", name="stranger")
    for url in (
        hub.versions_url,
        hub.version_url,
        f"{hub.url}/ocpi/cpo/2.1.1/credentials",
        f"{hub.version_url}/credentials",
        f"{hub.version_url}/sender/locations",
        f"{hub.version_url}/receiver/locations/NL/CPO/L1",
        f"{hub.version_url}/sender/commands/via-00000000000000000000000000000000",
        f"{hub.url}/ocpi/",
        f"{hub.url}/ocpi/no/such/thing",
    ):
        headers = {"Authorization": header}
        reply = stranger.request("GET", "", url=url, headers=headers, to=("NL", "HUB"))
        assert reply.status == 401, url
        assert reply.envelope is not None
        assert reply.headers["www-authenticate"] == "Token"


@pytest.mark.ocpi("T-03")
@pytest.mark.versions("2.1.1", "2.2.1", "2.3.0")
def test_every_spelling_of_a_token_is_understood(hub: Hub, msp: Platform) -> None:
    """Decided per request, so a platform may mix them."""
    token = msp.hub_token.encode()
    encoded = [base64.b64encode(each).decode() for each in (token, token + b"\n", token + b"\r\n")]
    for written in (msp.hub_token, *encoded):
        headers = {"Authorization": f"Token {written}"}
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
