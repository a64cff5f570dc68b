"""claims: parties that a platform claimed while another one held them, and the decision on each."""

from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from apps.console import facts
from apps.console.command_line import Answer, Error, HubCommand, columns
from apps.credentials.rows import decide_claim
from apps.parties.models import PartyClaim

COLUMNS = ("id", "platform", "party", "role", "held_by", "claimed", "decision")
HOW = "Decide one: python manage.py claims --grant ID, or --reject ID"


class Command(HubCommand):
    help = "List open claims, or decide one."

    def arguments(self, parser: CommandParser) -> None:
        one = parser.add_mutually_exclusive_group()
        one.add_argument("--grant", type=int, metavar="ID", help="give the party to the claimant")
        one.add_argument("--reject", type=int, metavar="ID", help="leave it with its holder")
        one.add_argument("--all", action="store_true", help="list decided claims too")

    def answer(self, options: dict[str, Any]) -> Answer:
        for name, decision in (
            ("grant", PartyClaim.Decision.GRANTED),
            ("reject", PartyClaim.Decision.REJECTED),
        ):
            if options[name] is not None:
                return {"claims": [facts.claim(_decided(options[name], decision))]}
        rows = PartyClaim.objects.select_related("platform", "held_by")
        if not options["all"]:
            rows = rows.filter(decision=PartyClaim.Decision.OPEN)
        return {"claims": [facts.claim(row) for row in rows]}

    def lines(self, answer: Answer) -> Iterable[str]:
        claims = answer["claims"]
        if not claims:
            return ["No open claim."]
        undecided = any(claim["decision"] == PartyClaim.Decision.OPEN for claim in claims)
        return [*columns(claims, *COLUMNS), *(["", HOW] if undecided else [])]


def _decided(number: int, decision: PartyClaim.Decision) -> PartyClaim:
    claim = PartyClaim.objects.filter(pk=number).first()
    if claim is None:
        raise Error(f"there is no claim {number}; list them: python manage.py claims --all")
    if not decide_claim(claim, decision, timezone.now()):
        claim.refresh_from_db()
        raise Error(f"claim {number} was decided before: {claim.decision}")
    claim.refresh_from_db()
    return claim
