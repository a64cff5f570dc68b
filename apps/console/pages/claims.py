"""Parties that a platform claimed while another one held them."""

from datetime import datetime
from typing import Any

from django.db.models import Case, Model, QuerySet, Value, When
from django.http import HttpRequest

from apps.console import facts
from apps.console.acts import Act, ActsAdmin
from apps.console.columns import moment
from apps.console.told_pages import Telling, each
from apps.credentials.rows import decide_claim
from apps.parties.models import PartyClaim

Decision = PartyClaim.Decision


def _undecided(claim: PartyClaim) -> str:
    return "" if claim.decision == Decision.OPEN else f"was {claim.decision} before"


def _grant(claim: PartyClaim, reason: str, now: datetime) -> str:
    if not decide_claim(claim, Decision.GRANTED, now):
        return f"{claim}: was decided before."
    return (
        f"{claim.party} {claim.role} goes to {claim.platform}. Ask its operator to send its"
        " credentials again."
    )


def _reject(claim: PartyClaim, reason: str, now: datetime) -> str:
    if not decide_claim(claim, Decision.REJECTED, now):
        return f"{claim}: was decided before."
    return f"{claim.party} {claim.role} stays with {claim.held_by}."


class ClaimAdmin(ActsAdmin):
    """Open claims first; a claim is decided, never edited."""

    telling = Telling(each(facts.claim))
    acts = (
        Act(
            "grant",
            "Grant",
            "The claimant gets the party in this role with its next credentials request. It is"
            " taken from a platform that holds it in the same role.",
            _grant,
            _undecided,
        ),
        Act(
            "reject",
            "Reject",
            "The party stays with the platform that holds it.",
            _reject,
            _undecided,
        ),
    )
    saves = False
    empty_text = "No claims. One appears when a platform registers a party that another one holds."
    list_display = (
        "party", "role", "platform", "held_by", "claimed", "decision", "decided",
    )  # fmt: skip
    list_select_related = ("platform", "held_by")
    fields = readonly_fields = list_display
    claimed = staticmethod(moment("claimed_at", "claimed"))
    decided = staticmethod(moment("decided_at", "decided"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[PartyClaim]:
        openness = Case(When(decision=Decision.OPEN, then=Value(0)), default=Value(1))
        return super().get_queryset(request).order_by(openness, "-claimed_at")

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        openness = Case(When(decision=Decision.OPEN, then=Value(0)), default=Value(1))
        return (openness, "-claimed_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
