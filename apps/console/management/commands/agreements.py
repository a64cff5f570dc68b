"""agreements: who may exchange what with whom; offer, activate, pause, end."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from apps.console.agreement_facts import agreements as facts
from apps.console.command_line import Answer, Error, HubCommand, columns
from apps.hubclientinfo import agreements
from apps.parties.models import Agreement
from hub.ocpi import datetimes
from hub.routing.agreements import Act

COLUMNS = ("id", "one", "other", "modules", "state", "starts", "ends", "now")
BY = "command line"
NONE = "No agreement. Record one: python manage.py agreements --offer NL/CPO DE/MSP"
HOW = "Let one begin: python manage.py agreements --activate ID (or --pause ID, --end ID)"


class Command(HubCommand):
    help = "List agreements, offer one, or change the state of one."

    def arguments(self, parser: CommandParser) -> None:
        act = parser.add_mutually_exclusive_group()
        act.add_argument(
            "--offer",
            nargs=2,
            metavar=("ONE", "OTHER"),
            help="record one as offered, between NL/CPO and DE/MSP; * is an offer to all",
        )
        for each in Act:
            act.add_argument(f"--{each}", type=int, metavar="ID", help=f"{each} this one")
        parser.add_argument(
            "--modules", default="", metavar="M,M", help="only these (all but custom ones)"
        )
        parser.add_argument("--from", dest="starts", default="", help="from then on, in UTC")
        parser.add_argument("--to", dest="ends", default="", help="until then, in UTC")
        parser.add_argument("--reason", default="", help="kept in the history")

    def answer(self, options: dict[str, Any]) -> Answer:
        now = timezone.now()
        rows: Iterable[Agreement] = Agreement.objects.prefetch_related("changes")
        if options["offer"]:
            rows = [self._offered(options, now)]
        for act in Act:
            if options[act] is not None:
                rows = [agreements.change(options[act], act, BY, options["reason"], now)]
        return {"agreements": facts(rows, now)}

    def lines(self, answer: Answer) -> Iterable[str]:
        rows = answer["agreements"]
        return [*columns(rows, *COLUMNS), "", HOW] if rows else [NONE]

    def _offered(self, options: dict[str, Any], now: datetime) -> Agreement:
        one, other = (party.upper() for party in options["offer"])
        new = Agreement(
            one=one,
            other=other,
            modules=[name.strip() for name in options["modules"].split(",") if name.strip()],
            starts_at=_moment(options["starts"]),
            ends_at=_moment(options["ends"]),
        )
        agreements.record(new, BY, options["reason"], now)
        for party in agreements.unknown_parties(new):
            self.note(f"No platform hosts {party} yet.")
        return new


def _moment(text: str) -> datetime | None:
    try:
        return datetimes.parse(text) if text else None
    except ValueError as error:
        raise Error(str(error)) from error
