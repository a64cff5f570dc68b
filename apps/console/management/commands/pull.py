"""pull: asks a platform for what it has, now."""

from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandParser

from apps.console import pull_facts, pulling
from apps.console.command_line import Answer, Error, HubCommand, columns
from apps.console.progress_bar import ProgressBar
from apps.parties.platforms import named
from apps.sync.models import Pull
from hub.policy.pulling import Kind

COLUMNS = ("module", "party", "kind", "state", *pull_facts.COUNTS, "objects_per_second")


class Command(HubCommand):
    help = (
        "Pull a platform's lists: what has changed since the last pull, or with --full all of them."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the platform's name in this hub")
        parser.add_argument("--module", default="", metavar="M", help="this module only")
        parser.add_argument(
            "--full", action="store_true", help="whole lists; what is missing is noticed"
        )

    def answer(self, options: dict[str, Any]) -> Answer:
        platform = named(options["name"])
        chosen = pulling.sources(platform, options["module"])
        kind = Kind.FULL if options["full"] else Kind.DELTA
        try:
            show = ProgressBar(self.stderr).show
            pulls = pulling.carry_out(platform, chosen, kind, show)
        except KeyboardInterrupt:
            raise Error(
                "interrupted; what has not ended goes on with the hub's worker, or with this"
                " command again"
            ) from None
        return {"platform": platform.name, "pulls": [pull_facts.pull(row) for row in pulls]}

    def lines(self, answer: Answer) -> Iterable[str]:
        yield from columns(answer["pulls"], *COLUMNS)
        for pull in answer["pulls"]:
            for remark in pull["remarks"]:
                yield f"{pull['module']} of {pull['party']}: {remark}"

    def wrong(self, answer: Answer) -> str:
        return "; ".join(
            f"{pull['module']} of {pull['party']} {pull['state']}: {pull['reason']}"
            for pull in answer["pulls"]
            if pull["state"] != Pull.State.DONE
        )
