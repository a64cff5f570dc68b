"""onboarding: how far a partner is on the way from its invitation to traffic."""

from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from apps.console.command_line import Answer, HubCommand
from apps.console.onboarding import onboarding, words
from apps.parties.platforms import named


class Command(HubCommand):
    help = "Show the checklist of a platform: what is done, whose turn it is, why it is stuck."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")

    def answer(self, options: dict[str, Any]) -> Answer:
        return onboarding(named(options["name"]), timezone.now())

    def lines(self, answer: Answer) -> Iterable[str]:
        return words(answer)
