"""suspend: stops all traffic of a platform, in both directions, until it is resumed."""

from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from apps.console.command_line import Answer, HubCommand
from apps.parties.platforms import named, suspend


class Command(HubCommand):
    help = "Suspend a platform: its requests are refused and nothing is sent to it."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--reason", default="", help="kept with the status and shown with it")

    def answer(self, options: dict[str, Any]) -> Answer:
        changed = suspend(named(options["name"]), options["reason"][:200], timezone.now())
        now = named(options["name"])
        return {
            "platform": now.name,
            "status": now.status,
            "since": now.status_since,
            "cause": now.status_cause,
            "changed": changed,
        }

    def lines(self, answer: Answer) -> Iterable[str]:
        was = "is now" if answer["changed"] else "was already"
        return [f"{answer['platform']} {was} {answer['status']}: {answer['cause']}"]
