"""clientinfo: what a platform says it was told of the others, beside what it should know."""

from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandParser

from apps.console.clientinfo import clientinfo
from apps.console.command_line import Answer, HubCommand, columns
from apps.parties.platforms import named

COLUMNS = ("party", "role", "should_be", "says", "agrees", "last_updated")


class Command(HubCommand):
    help = "Ask a platform for its HubClientInfo objects and compare them with what it should have."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the platform's name in this hub")
        parser.add_argument(
            "--tell-again", action="store_true", help="have it told again of what differs"
        )

    def answer(self, options: dict[str, Any]) -> Answer:
        return clientinfo(named(options["name"]), tell_again=options["tell_again"])

    def lines(self, answer: Answer) -> Iterable[str]:
        yield from columns(answer["objects"], *COLUMNS)
        if answer["told_again"]:
            yield f"{answer['told_again']} will be sent again within seconds"

    def wrong(self, answer: Answer) -> str:
        if not answer["differing"]:
            return ""
        return f"{answer['differing']} of {len(answer['objects'])} objects differ"
