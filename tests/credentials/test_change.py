"""Registered platforms renew and end their credentials; what is wrong changes nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.credentials.invitations import NameTaken, invite_again
from apps.parties.models import PartyClaim, Token
from apps.parties.models import Platform as Row
from apps.sandbox.handshake import HandshakeFailed
from hub.routing.network import Status, TokenKind
from tests.hub import Hub, playground_platform
from tests.platforms import RECEIVER, SENDER, Platform


def credentials_url(hub: Hub) -> str:
    return f"{hub.url}/ocpi/2.2.1/credentials"


def test_put_gives_both_sides_new_tokens(hub: Hub, msp: Platform) -> None:
    """A-12"""
    before = (msp.hub_token, msp.own_token)
    msp.rotate()
    assert msp.hub_token not in before
    assert msp.request("GET", "versions", url=hub.versions_url).code == 1000
    cpo = hub.platform("NL/CPO")
    assert cpo.request("GET", "tokens", SENDER, to=("DE", "MSP")).code == 1000
    assert not msp.complaints


def test_put_fetches_the_endpoints_again(hub: Hub, msp: Platform) -> None:
    msp.real.state.offers = frozenset({("locations", RECEIVER)})
    msp.rotate()
    assert {e.module for e in hub.row(msp).endpoints.all()} == {"credentials", "locations"}


def test_the_former_token_works_until_the_new_one_is_used(hub: Hub, msp: Platform) -> None:
    """D-19"""
    former = msp.hub_token
    msp.rotate()

    def ask(token: str | None = None) -> int:
        return msp.request("GET", "versions", url=hub.versions_url, token=token).status

    assert ask(former) == 200
    assert ask() == 200
    hub.flush()
    assert ask(former) == 401


def test_the_former_token_ends_with_the_grace(hub: Hub, msp: Platform) -> None:
    former = msp.hub_token
    msp.rotate()
    Token.objects.filter(replaced=True).update(expires_at=timezone.now() - timedelta(seconds=1))
    hub.reload()
    reply = msp.request("GET", "versions", url=hub.versions_url, token=former)
    assert reply.status == 401


def test_a_failed_put_leaves_the_former_state_whole(hub: Hub, msp: Platform) -> None:
    before = sorted(Token.objects.values_list("fingerprint", "replaced"))
    msp.faults.set("http", module="versions")
    with pytest.raises(HandshakeFailed, match="3001"):
        msp.rotate()
    msp.faults.clear()
    assert sorted(Token.objects.values_list("fingerprint", "replaced")) == before
    assert msp.request("GET", "versions", url=hub.versions_url).code == 1000
    assert hub.row(msp).status == Status.CONNECTED


def test_put_claiming_a_party_of_another_platform_is_quarantined(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """The takeover of peers' faults: one PUT with somebody else's party."""
    reply = msp.request(
        "PUT", "credentials", url=credentials_url(hub),
        json={
            "token": "x-1", "url": msp.versions_url,
            "roles": [{"role": "CPO", "country_code": "NL", "party_id": "CPO",
                       "business_details": {"name": "?"}}],
        },
    )  # fmt: skip
    assert (reply.status, reply.code) == (200, 2000)
    assert "Nothing was changed" in reply.message
    assert PartyClaim.objects.get().platform.name == msp.name
    assert [str(r) for r in hub.row(msp).roles.all()] == ["DE/MSP EMSP"]
    assert [str(r) for r in hub.row(cpo).roles.all()] == ["NL/CPO CPO"]


def test_delete_ends_the_tokens_at_once(hub: Hub, msp: Platform) -> None:
    """A-19, D-33"""
    former = msp.hub_token
    assert msp.unregister().code == 1000
    reply = msp.request("GET", "versions", url=hub.versions_url, token=former)
    assert reply.status == 401
    row = Row.objects.get(name=msp.name)
    assert (row.status, row.version) == (Status.OFFLINE, "")
    assert not row.tokens.exists()


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_put_and_delete_before_registration_are_405(hub: Hub, method: str) -> None:
    """A-08, A-09"""
    token = hub.invite("eager").token_a
    eager = playground_platform(hub, "DE/MSP", name="eager")
    reply = eager.request(method, "credentials", url=credentials_url(hub), token=token, json={})
    assert (reply.status, reply.code) == (405, 2000)
    assert reply.headers["allow"] == "GET, POST"


def test_post_after_registration_is_405(hub: Hub, msp: Platform) -> None:
    """A-07"""
    reply = msp.request("POST", "credentials", url=credentials_url(hub), json={})
    assert (reply.status, reply.code) == (405, 2000)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_unknown_token_is_401_and_not_405(hub: Hub, method: str) -> None:
    """D-18"""
    stranger = playground_platform(hub, "DE/MSP", name="stranger")
    reply = stranger.request(
        method, "credentials", url=credentials_url(hub), token="nobody", json={}
    )
    assert reply.status == 401


def test_patch_is_not_offered(hub: Hub, msp: Platform) -> None:
    """A-28"""
    assert msp.request("PATCH", "credentials", url=credentials_url(hub), json={}).status == 405
    assert msp.request("POST", "versions", url=hub.versions_url, json={}).status == 405


@pytest.mark.ocpi("R-03", "T-25", "T-26")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_configuration_modules_ignore_routing_headers_and_send_none(
    hub: Hub, msp: Platform
) -> None:
    """R-03, H-10"""
    reply = msp.request(
        "GET", "versions", url=hub.versions_url, to=("XX", "YYY"), from_=("ZZ", "ZZZ"),
        headers={"X-Request-ID": "r", "X-Correlation-ID": "c"},
    )  # fmt: skip
    assert reply.code == 1000
    assert not [name for name in reply.headers if name.startswith("ocpi-")]
    assert (reply.headers["x-request-id"], reply.headers["x-correlation-id"]) == ("r", "c")


# The hub begins


def test_a_platform_invited_again_starts_over(hub: Hub, msp: Platform) -> None:
    former = msp.hub_token
    with pytest.raises(NameTaken):
        hub.invite(msp.name)
    invitation = invite_again(hub.row(msp), now=timezone.now())
    hub.reload()
    assert msp.request("GET", "versions", url=hub.versions_url, token=former).status == 401
    msp.register(invitation.versions_url, invitation.token_a)
    assert hub.row(msp).status == Status.CONNECTED


def test_two_registrations_with_one_invitation_leave_one_winner(hub: Hub) -> None:
    invitation = hub.invite("twice")
    one = playground_platform(hub, "DE/MSP", name="one")
    two = playground_platform(hub, "DE/MSP", name="two")
    for platform in (one, two):
        platform.faults.set("slow", 0.3, module="versions")

    def outcome(platform: Platform) -> Callable[[], Any]:
        work = platform.real.register(invitation.versions_url, invitation.token_a)
        return hub.here.background.start(work)

    results = []
    for wait in [outcome(one), outcome(two)]:
        try:
            results.append(wait().status)
        except HandshakeFailed as error:
            results.append(
                "405" if "405" in str(error) else "401" if "401" in str(error) else error
            )
    assert sorted(map(str, results)) in (["200", "401"], ["200", "405"])
    assert Token.objects.filter(kind=TokenKind.ISSUED).count() == 1


def test_a_suspended_platform_is_refused_everywhere(hub: Hub, cpo: Platform, msp: Platform) -> None:
    hub.set_status(msp, Status.SUSPENDED)
    assert msp.request("GET", "versions", url=hub.versions_url).status == 403
    reply = cpo.request("GET", "tokens", SENDER, to=("DE", "MSP"))
    assert (reply.status, reply.code) == (200, 4003)


def test_the_versions_url_may_be_that_of_the_details_or_a_base_url(hub: Hub) -> None:
    """Seen in the field: `url` in credentials is not always the versions endpoint."""
    for n, url in enumerate(("/2.2.1", "")):
        invitation = hub.invite(f"odd {n}")
        odd = playground_platform(hub, f"EMSP:DE/OD{n}", name=f"odd {n}")
        base = odd.versions_url.removesuffix("/versions")
        details = odd.real.state.details_url
        body = {
            "token": f"own-{n}",
            "url": details if url else base,
            "roles": [{"role": "EMSP", "country_code": "DE", "party_id": f"OD{n}",
                       "business_details": {"name": "Odd"}}],
        }  # fmt: skip
        odd.real.state.connection = replace(odd.real.state.connection, own_token=f"own-{n}")
        reply = odd.request(
            "POST", "credentials", url=credentials_url(hub), token=invitation.token_a, json=body
        )
        assert reply.code == 1000, (url, reply)
