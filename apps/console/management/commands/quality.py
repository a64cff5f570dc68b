"""quality: how good what owners send is, and a text to send to one of them."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils import timezone

from apps.console import quality_facts
from apps.console.amounts import share
from apps.console.columns import shown
from apps.console.command_line import Answer, Error, HubCommand, columns, section
from apps.console.kept_modules import party
from apps.console.quality_facts import Narrowing
from apps.console.quality_letter import letter
from apps.summaries import scores
from apps.summaries.walk import tidy, walk

NOTHING = "Nothing counted yet: a worker counts every five minutes, or --count does now."
SCORES = ("owner", "module", "objects", "with_errors", "with_warnings", "correct", "complete")
RULES = ("code", "module", "severity", "findings", "objects")


class Command(HubCommand):
    help = "Show how good what owners send is, as counted last; for one owner, a text to send."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("owner", nargs="?", metavar="OWNER", help="of this party: NL/CPO")
        parser.add_argument("--text", action="store_true", help="the text to send to OWNER")
        parser.add_argument("--count", action="store_true", help="count anew before")

    def answer(self, options: dict[str, Any]) -> Answer:
        if options["text"] and not options["owner"]:
            raise Error("say whom the text is for: python manage.py quality NL/CPO --text")
        owner = party(options["owner"])
        if options["count"]:
            now = timezone.now()
            while walk(now):
                self.note("Reading what has changed ...")
            tidy()
            scores.count(now)
        if owner is None:
            return quality_facts.quality(Narrowing())
        fact = quality_facts.owner(str(owner))
        text = {"text": letter(fact, settings.HUB.name)} if options["text"] else {}
        return {**fact, **text}

    def lines(self, answer: Answer) -> Iterable[str]:
        if "text" in answer:
            return [answer["text"].rstrip("\n")]
        if answer["counted_at"] is None:
            return [NOTHING]
        rows = [
            {
                **row,
                "correct": share(row["correctness"]),
                "complete": share(row["completeness"]),
                "score": share(row["score"]),
            }
            for row in answer["scores"]
        ]
        return [
            f"Counted at {shown(answer['counted_at'])}",
            "",
            *columns(rows, *SCORES, "score"),
            *section("What is found", columns(answer["rules"], *RULES)),
        ]
