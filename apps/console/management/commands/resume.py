"""resume: lets a suspended platform back in."""

from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from apps.console.command_line import Answer, HubCommand
from apps.parties.platforms import named, resume
from hub.routing.network import Status


class Command(HubCommand):
    help = "Resume a suspended platform."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")

    def answer(self, options: dict[str, Any]) -> Answer:
        platform = named(options["name"])
        # One that is OFFLINE becomes CONNECTED by being heard from, not by an operator's word.
        changed = platform.status == Status.SUSPENDED and resume(platform, timezone.now())
        now = named(options["name"])
        return {
            "platform": now.name,
            "status": now.status,
            "since": now.status_since,
            "cause": now.status_cause,
            "changed": changed,
        }

    def lines(self, answer: Answer) -> Iterable[str]:
        if answer["changed"]:
            return [f"{answer['platform']} is {answer['status']} again"]
        return [f"{answer['platform']} was not suspended; it is {answer['status']}"]
