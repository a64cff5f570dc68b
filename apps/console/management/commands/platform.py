"""platform: everything the hub knows of one platform, tokens excepted."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from apps.console import facts
from apps.console.command_line import Answer
from apps.console.platform_text import PlatformCommand
from apps.parties.platforms import named


class Command(PlatformCommand):
    help = "Show one platform: status, parties, endpoints, token ages, habits, switches, claims."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")

    def answer(self, options: dict[str, Any]) -> Answer:
        return facts.platform(named(options["name"]), timezone.now())
