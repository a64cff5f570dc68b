"""platforms: everyone who is connected, invited or suspended."""

from collections.abc import Iterable
from typing import Any

from apps.console import facts
from apps.console.command_line import Answer, HubCommand, columns

NOBODY = "No platform yet. Invite one: python manage.py invite NAME"


class Command(HubCommand):
    help = "List the platforms with their status, parties and when they were last heard from."

    def answer(self, options: dict[str, Any]) -> Answer:
        return {"platforms": facts.platforms()}

    def lines(self, answer: Answer) -> Iterable[str]:
        rows = answer["platforms"]
        names = ("platform", "status", "version", "parties", "last_seen", "open_claims")
        return columns(rows, *names) if rows else [NOBODY]
