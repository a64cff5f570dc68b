"""hub: who this hub is, where partners reach it, and how it is set."""

from collections.abc import Iterable
from typing import Any

from apps.console import facts
from apps.console.command_line import Answer, HubCommand, pairs, section

SHOWN_APART = ("platforms", "settings")


class Command(HubCommand):
    help = "Show the hub's own party, URLs, versions, modules and settings, secrets left out."

    def answer(self, options: dict[str, Any]) -> Answer:
        return facts.hub()

    def lines(self, answer: Answer) -> Iterable[str]:
        own = {name: value for name, value in answer.items() if name not in SHOWN_APART}
        return [
            *pairs(own),
            *section("Platforms", pairs(answer["platforms"]) or ["none yet"]),
            *section("Settings", pairs(answer["settings"])),
        ]
