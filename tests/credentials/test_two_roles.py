"""A party has one platform, whatever its role, unless an operator lets it have two (D-21)."""

import pytest
from django.utils import timezone

from apps.credentials.rows import decide_claim
from apps.parties.models import CredentialsRole, PartyClaim
from apps.sandbox.handshake import HandshakeFailed
from tests.hub import Hub, playground_platform
from tests.platforms import SENDER, Platform


def test_another_role_of_a_party_is_claimed_as_well(hub: Hub, cpo: Platform) -> None:
    """It could speak in that party's name."""
    invitation = hub.invite("cards")
    other = playground_platform(hub, "EMSP:NL/CPO", name="cards")
    with pytest.raises(HandshakeFailed, match="NL/CPO as CPO is registered to another platform"):
        other.register(invitation.versions_url, invitation.token_a)
    claim = PartyClaim.objects.get()
    assert (claim.platform.name, claim.held_by.name, claim.role) == ("cards", cpo.name, "EMSP")
    assert decide_claim(claim, PartyClaim.Decision.GRANTED, timezone.now())
    other.register(invitation.versions_url, invitation.token_a)
    roles = CredentialsRole.objects.order_by("role")
    assert [(str(role), role.platform.name) for role in roles] == [
        ("NL/CPO CPO", cpo.name), ("NL/CPO EMSP", "cards"),
    ]  # fmt: skip
    cpo.rotate()


def test_a_claim_that_is_rejected_stays_so(hub: Hub, cpo: Platform) -> None:
    invitation = hub.invite("cards")
    other = playground_platform(hub, "EMSP:NL/CPO", name="cards")
    for _ in range(2):
        with pytest.raises(HandshakeFailed, match="registered to another platform"):
            other.register(invitation.versions_url, invitation.token_a)
        for claim in PartyClaim.objects.filter(decision="open"):
            decide_claim(claim, PartyClaim.Decision.REJECTED, timezone.now())
    assert not CredentialsRole.objects.exclude(platform__name=cpo.name).exists()


def test_two_platforms_of_one_party_are_kept_apart(hub: Hub) -> None:
    """Each message goes where the role is that it is for."""
    selling = hub.platform("CPO:NL/AAA", name="selling")
    invitation = hub.invite("buying")
    buying = playground_platform(hub, "EMSP:NL/AAA", name="buying")
    with pytest.raises(HandshakeFailed):
        buying.register(invitation.versions_url, invitation.token_a)
    decide_claim(PartyClaim.objects.get(), PartyClaim.Decision.GRANTED, timezone.now())
    buying.register(invitation.versions_url, invitation.token_a)
    cpo, msp = hub.platform("NL/CPO"), hub.platform("DE/MSP")
    for platform in (selling, buying):
        platform.clear()
    msp.request("GET", "locations", SENDER, "L1", to=("NL", "AAA"))
    selling.heard(module="locations")
    cpo.request("GET", "tokens", SENDER, to=("NL", "AAA"))
    buying.heard(module="tokens")
    assert [r.module for r in selling.received] == ["locations"]
    assert [r.module for r in buying.received] == ["tokens"]
