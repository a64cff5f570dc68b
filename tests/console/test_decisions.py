"""Claims are decided, agreements made, and both reach the gateway."""

from typing import Any

import pytest
from django.test import Client

from apps.parties import directory
from apps.parties.models import Agreement, PartyClaim, Platform
from apps.sandbox.handshake import HandshakeFailed
from tests.console.saying import act, messages, words
from tests.hub import Hub
from tests.platforms import Platform as Simulated


def test_a_granted_claim_lets_the_claimant_register(
    hub: Hub, cpo: Simulated, operator: Client
) -> None:
    thief = hub.here.platform("Claimant")
    invitation = hub.invite("Claimant")
    with pytest.raises(HandshakeFailed):
        thief.register(invitation.versions_url, invitation.token_a)
    claim = PartyClaim.objects.get()
    assert "Claimant" in words(operator.get("/admin/parties/partyclaim/"))
    response = act(operator, "grant", claim)
    assert "NL/CPO CPO goes to" in messages(response)[0]
    assert thief.register(invitation.versions_url, invitation.token_a).code == 1000
    again = operator.get(f"/admin/parties/partyclaim/act/reject/?id={claim.pk}")
    assert "was granted before" in words(again)


def test_a_rejected_claim_changes_nothing(hub: Hub, cpo: Simulated, operator: Client) -> None:
    other = Platform.objects.create(name="Claimant")
    claim = PartyClaim.objects.create(
        platform=other, held_by=hub.row(cpo), role="CPO", party="NL/CPO"
    )
    assert "stays with NL/CPO" in messages(act(operator, "reject", claim))[0]
    assert hub.row(cpo).roles.count() == 1


def test_open_claims_come_first(hub: Hub, cpo: Simulated, operator: Client) -> None:
    other = Platform.objects.create(name="Claimant")
    for decision in ("open", "rejected"):
        PartyClaim.objects.create(
            platform=other, held_by=hub.row(cpo), role="CPO", party="NL/CPO", decision=decision
        )
    changelist = operator.get("/admin/parties/partyclaim/").context["cl"]
    assert [claim.decision for claim in changelist.result_list] == ["open", "rejected"]


AGREEMENT = {"one": "nl/cpo", "other": "DE/MSP", "modules": ["tariffs"], "state": "active"}


def test_an_agreement_is_folded_checked_and_told(hub: Hub, operator: Client) -> None:
    version = directory.version()
    response = operator.post("/admin/parties/agreement/add/", AGREEMENT, follow=True)
    agreement = Agreement.objects.get()
    assert (agreement.one, agreement.other) == ("NL/CPO", "DE/MSP")
    assert agreement.modules == ["tariffs"]
    assert "No platform hosts NL/CPO yet." in messages(response)
    assert directory.version() == version + 1
    operator.post(f"/admin/parties/agreement/{agreement.pk}/delete/", {"post": "yes"})
    assert directory.version() == version + 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"one": "NLCPO"},
        {"one": "DE/MSP"},
        {"modules": ["nonsense"]},
        {
            "starts_at_0": "2026-02-01", "starts_at_1": "00:00",
            "ends_at_0": "2026-01-01", "ends_at_1": "00:00",
        },
    ],
)  # fmt: skip
def test_a_wrong_agreement_is_not_kept(wrong: dict[str, Any], hub: Hub, operator: Client) -> None:
    assert operator.post("/admin/parties/agreement/add/", AGREEMENT | wrong).status_code == 200
    assert not Agreement.objects.exists()
