"""The hub registers with a platform, renews its credentials there, and ends them."""

import asyncio

import pytest

from apps.credentials import registration
from apps.credentials.errors import Quarantined, Uncertain
from apps.parties import tokens
from apps.parties.models import Platform as Row
from apps.parties.models import Token
from apps.sandbox.state import PartyRole
from hub.ocpi.headers import TokenForm
from hub.ocpi.module import Role
from hub.ocpi.status import OcpiError
from hub.routing.network import Status, TokenKind
from tests.hub import Hub, playground_platform
from tests.platforms import SENDER, Platform


def test_the_hub_registers_with_a_platform(hub: Hub) -> None:
    cpo = playground_platform(hub, "NL/CPO", name="Watt Plaza")
    row = asyncio.run(registration.register(*cpo.invite(), "plaza"))
    hub.reload()
    assert (row.name, row.status) == ("plaza", Status.CONNECTED)
    assert cpo.is_registered
    assert cpo.request("GET", "versions", url=hub.versions_url).code == 1000
    msp = hub.platform("DE/MSP")
    assert msp.request("GET", "locations", SENDER, to=("NL", "CPO")).code == 1000
    assert not cpo.complaints


def test_without_a_name_the_party_gives_it(hub: Hub) -> None:
    cpo = playground_platform(hub, "NL/CPO", name="Watt Plaza")
    row = asyncio.run(registration.register(*cpo.invite()))
    assert row.name == "Watt Plaza"


@pytest.mark.parametrize("fault", ["plain_only", "base64_only"])
def test_the_hub_finds_out_which_token_form_is_understood(hub: Hub, fault: str) -> None:
    cpo = playground_platform(hub, "NL/CPO", name="picky")
    cpo.faults.set(fault)
    row = asyncio.run(registration.register(*cpo.invite(), "picky"))
    wanted = TokenForm.PLAIN if fault == "plain_only" else TokenForm.BASE64
    assert row.token_form == wanted


@pytest.mark.parametrize("module", ["versions", "credentials"])
@pytest.mark.parametrize("fault", ["http", "html", "hangup", "unauthorized", "broken_json"])
def test_a_failed_registration_of_the_hub_leaves_nothing_behind(
    hub: Hub, fault: str, module: str
) -> None:
    cpo = playground_platform(hub, "NL/CPO", name="broken")
    invitation = cpo.invite()
    cpo.faults.set(fault, module=module)
    with pytest.raises(OcpiError):
        asyncio.run(registration.register(*invitation, "broken"))
    assert not Row.objects.exists()
    assert not Token.objects.exists()


def test_the_hub_renews_credentials(hub: Hub, msp: Platform) -> None:
    """A-20"""
    before = (msp.hub_token, msp.own_token)
    asyncio.run(registration.renew(hub.row(msp)))
    hub.reload()
    assert msp.hub_token not in before
    assert msp.own_token not in before
    assert msp.request("GET", "versions", url=hub.versions_url).code == 1000
    cpo = hub.platform("NL/CPO")
    assert cpo.request("GET", "tokens", SENDER, to=("DE", "MSP")).code == 1000
    assert not msp.complaints


def test_a_failed_renewal_leaves_the_former_state_whole(hub: Hub, msp: Platform) -> None:
    msp.faults.set("http", module="credentials")
    before = set(Token.objects.values_list("fingerprint", "replaced", "expires_at"))
    with pytest.raises(OcpiError):
        asyncio.run(registration.renew(hub.row(msp)))
    assert set(Token.objects.values_list("fingerprint", "replaced", "expires_at")) >= before
    msp.faults.clear()
    assert msp.request("GET", "versions", url=hub.versions_url).code == 1000


def test_a_renewal_that_is_refused_leaves_no_new_token(hub: Hub, msp: Platform) -> None:
    msp.faults.set("unauthorized", module="credentials")
    before = set(Token.objects.values_list("fingerprint", "replaced", "expires_at"))
    with pytest.raises(OcpiError):
        asyncio.run(registration.renew(hub.row(msp)))
    assert set(Token.objects.values_list("fingerprint", "replaced", "expires_at")) == before


def test_where_the_answer_to_a_renewal_is_lost_both_tokens_are_good(
    hub: Hub, msp: Platform
) -> None:
    """D-19: the platform may have taken the new one; the next renewal offers the same again."""
    former = msp.hub_token
    msp.faults.set("hangup", module="credentials")
    for _ in range(2):
        with pytest.raises(Uncertain):
            asyncio.run(registration.renew(hub.row(msp)))
    hub.reload()
    offered = {each.json["token"] for each in msp.received if each.method == "PUT"}
    assert len(offered) == 1
    for token in (former, *offered, former):
        assert msp.request("GET", "versions", url=hub.versions_url, token=token).code == 1000
    msp.faults.clear()
    asyncio.run(registration.renew(hub.row(msp)))
    hub.reload()
    assert {msp.hub_token} == offered
    issued = hub.row(msp).tokens.filter(kind=TokenKind.ISSUED)
    assert issued.get(replaced=False).expires_at is None
    assert issued.get(replaced=True).expires_at is not None
    assert msp.request("GET", "versions", url=hub.versions_url).code == 1000


def test_the_token_of_a_platform_that_claims_others_parties_is_kept(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """It has taken the PUT, so its former token may be worthless."""
    state = msp.real.state
    state.parties = (*state.parties, PartyRole(Role.CPO, "NL", "CPO"))
    with pytest.raises(Quarantined):
        asyncio.run(registration.renew(hub.row(msp)))
    hub.reload()
    assert [str(role) for role in hub.row(msp).roles.all()] == ["DE/MSP EMSP"]
    assert msp.request("GET", "versions", url=hub.versions_url).code == 1000
    assert asyncio.run(registration.test_call(hub.row(msp))) == ("2.2.1",)
    held = hub.row(msp).tokens.get(kind=TokenKind.THEIRS, replaced=False)
    assert tokens.reveal(held) == msp.own_token


def test_the_hub_unregisters_from_a_platform(hub: Hub, cpo: Platform) -> None:
    former = cpo.hub_token
    asyncio.run(registration.unregister(hub.row(cpo)))
    hub.reload()
    assert not cpo.is_registered
    row = hub.row(cpo)
    assert (row.status, row.status_cause) == (Status.OFFLINE, "unregistered by the hub")
    assert cpo.request("GET", "versions", url=hub.versions_url, token=former).status == 401


def test_a_platform_that_refuses_to_end_stays_registered(hub: Hub, cpo: Platform) -> None:
    cpo.faults.set("http", module="credentials")
    with pytest.raises(OcpiError):
        asyncio.run(registration.unregister(hub.row(cpo)))
    assert hub.row(cpo).status == Status.CONNECTED
    assert cpo.request("GET", "versions", url=hub.versions_url).code == 1000
