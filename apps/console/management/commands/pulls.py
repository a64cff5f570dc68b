"""pulls: which lists the hub pulls, when next, and how far it is."""

from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from apps.console import pull_facts
from apps.console.command_line import Answer, HubCommand, columns
from apps.parties.platforms import named
from apps.sync.models import Source

NOTHING = "Nothing is pulled yet: lists appear when a platform has registered that offers some."
COLUMNS = ("platform", "module", "party", "active", "next_delta", "next_full", "now")


class Command(HubCommand):
    help = "List what the hub pulls: when next, how far a pull is, how the last one ended."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", help="one platform only")

    def answer(self, options: dict[str, Any]) -> Answer:
        rows = Source.objects.select_related("platform", "latest__source")
        rows = rows.order_by("platform__name", "module", "party")
        if options["name"]:
            rows = rows.filter(platform=named(options["name"]))
        now = timezone.now()
        return {"lists": [pull_facts.source(row, now) for row in rows]}

    def lines(self, answer: Answer) -> Iterable[str]:
        return columns(answer["lists"], *COLUMNS) if answer["lists"] else [NOTHING]
