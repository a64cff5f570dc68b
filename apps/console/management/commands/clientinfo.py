"""clientinfo: what a platform says it was told of the others, beside what it should know."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandParser

from apps.console.command_line import Answer, HubCommand, columns
from apps.hubclientinfo.ask import Means
from apps.hubclientinfo.compare import Compared, compare, tell_again
from apps.outbox.tasks import Worker, worker
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
        platform = named(options["name"])
        here = worker()
        found = here.runner.run(_compared(here, platform.pk))
        return {
            "platform": platform.name,
            "objects": [_fact(each) for each in found],
            "differing": sum(not each.agrees for each in found),
            "told_again": tell_again(platform.pk, found, _now()) if options["tell_again"] else 0,
        }

    def lines(self, answer: Answer) -> Iterable[str]:
        yield from columns(answer["objects"], *COLUMNS)
        if answer["told_again"]:
            yield f"{answer['told_again']} will be sent again within seconds"

    def wrong(self, answer: Answer) -> str:
        if not answer["differing"]:
            return ""
        return f"{answer['differing']} of {len(answer['objects'])} objects differ"


async def _compared(here: Worker, platform_id: int) -> list[Compared]:
    try:
        return await compare(Means(here.client.send, _now, here.recorder.add), platform_id)
    finally:
        await here.flush()


def _fact(each: Compared) -> Answer:
    return {
        "party": f"{each.row.country_code}/{each.row.party_id}",
        "role": each.row.role,
        "should_be": each.row.status,
        "says": each.says,
        "agrees": each.agrees,
        "last_updated": each.row.last_updated,
    }


def _now() -> datetime:
    return datetime.now(UTC)
