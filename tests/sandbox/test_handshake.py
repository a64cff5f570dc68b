"""Two platforms shake hands without a hub: each is the registering side once."""

import pytest

from apps.sandbox.handshake import HandshakeFailed
from hub.ocpi.headers import TokenForm
from hub.ocpi.status import OcpiError
from tests.platforms import MSP, RECEIVER, SENDER, Platform, Playground


def test_both_sides_know_each_other_after_registration(cpo: Platform, msp: Platform):
    assert msp.hub_token == cpo.own_token
    assert cpo.hub_token == msp.own_token
    assert msp.hub_endpoints["locations", SENDER] == cpo.endpoint("locations", SENDER)
    assert cpo.hub_endpoints["locations", RECEIVER] == msp.endpoint("locations", RECEIVER)
    assert not cpo.complaints
    assert not msp.complaints


def test_a_platform_lists_what_its_roles_run(cpo: Platform):
    assert cpo.real.state.offers >= {("locations", SENDER), ("tokens", RECEIVER)}
    assert ("locations", RECEIVER) not in cpo.real.state.offers


def test_a_token_a_works_once_and_for_nothing_else(cpo: Platform, here: Playground):
    url, token_a = cpo.invite()
    stranger = here.platform("Stranger", MSP)
    listed = stranger.request(
        "GET", "locations", url=cpo.endpoint("locations", SENDER), token=token_a
    )
    assert listed.status == 401
    stranger.register(url, token_a)
    with pytest.raises(HandshakeFailed, match="401"):
        here.platform("Second", MSP).register(url, token_a)


def test_rotation_gives_both_sides_new_tokens(cpo: Platform, msp: Platform):
    before = (msp.hub_token, msp.own_token)
    msp.rotate()
    assert msp.hub_token == cpo.own_token not in before
    assert msp.own_token == cpo.hub_token not in before
    assert cpo.request("GET", "tokens", SENDER, to=msp.party).code == 1000
    assert msp.request("GET", "locations", SENDER, to=cpo.party).code == 1000
    assert not cpo.complaints


def test_the_former_token_ends_when_the_new_one_is_used(cpo: Platform, msp: Platform):
    former = msp.hub_token
    msp.rotate()
    assert msp.request("GET", "locations", SENDER, token=former, to=cpo.party).status == 200
    assert msp.request("GET", "locations", SENDER, to=cpo.party).status == 200
    assert msp.request("GET", "locations", SENDER, token=former, to=cpo.party).status == 401


def test_after_delete_nothing_works_any_more(cpo: Platform, msp: Platform):
    former, url = msp.hub_token, msp.hub_endpoints["locations", SENDER]
    msp.unregister()
    assert not msp.is_registered
    assert not cpo.is_registered
    assert msp.request("GET", "locations", url=url, token=former).status == 401


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_who_is_not_registered_cannot_change_credentials(
    method: str, cpo: Platform, here: Playground
):
    stranger = here.platform("Stranger", MSP)
    reply = stranger.request(
        method, "credentials", url=cpo.endpoint("credentials", SENDER), token=cpo.invite()[1]
    )
    assert (reply.status, reply.headers["allow"]) == (405, "GET, POST")


def test_a_registered_platform_cannot_register_again(msp: Platform, cpo: Platform):
    reply = msp.request("POST", "credentials", json={"token": "x", "url": "y", "roles": []})
    assert reply.status == 405
    assert cpo.is_registered


def test_credentials_that_lead_nowhere_are_3001_and_change_nothing(cpo: Platform, here: Playground):
    lost = here.platform("Lost", MSP)
    lost.faults.set("http", 500, module="versions")
    with pytest.raises(HandshakeFailed, match="3001"):
        lost.register(*cpo.invite())
    assert not lost.is_registered
    assert not lost.own_token
    assert not cpo.is_registered


@pytest.mark.parametrize("form", list(TokenForm))
def test_both_spellings_of_a_token_are_read(form: TokenForm, cpo: Platform, here: Playground):
    msp = here.platform("Speller", MSP, token_form=form)
    msp.register(*cpo.invite())
    assert msp.request("GET", "locations", SENDER, to=cpo.party).code == 1000
    written = cpo.received[-1].headers["authorization"]
    assert (written == f"Token {msp.hub_token}") is (form is TokenForm.PLAIN)


def test_endpoints_may_end_with_a_slash(here: Playground, cpo: Platform):
    msp = here.platform("Slash", MSP, trailing_slash=True)
    msp.register(*cpo.invite())
    assert cpo.hub_endpoints["cdrs", RECEIVER].endswith("/receiver/")
    assert cpo.request("GET", "tokens", SENDER, to=msp.party).code == 1000
    assert not msp.complaints


def test_a_platform_that_stopped_refuses_and_comes_back_on_its_port(cpo: Platform, msp: Platform):
    url = msp.versions_url
    msp.stop()
    with pytest.raises(OcpiError) as refused:
        cpo.request("GET", "tokens", SENDER, to=msp.party)
    assert refused.value.code == 4003
    msp.start()
    assert msp.versions_url == url
    assert cpo.request("GET", "tokens", SENDER, to=msp.party).code == 1000
