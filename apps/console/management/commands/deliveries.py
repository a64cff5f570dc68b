"""deliveries: what became of broadcast pushes, and what waits; send again, give up, go on."""

from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import QuerySet
from django.utils import timezone

from apps.console.command_line import Answer, Error, HubCommand, columns
from apps.console.delivery_facts import deliveries
from apps.outbox import by_hand
from apps.outbox.models import Delivery
from apps.parties.models import Platform
from apps.parties.platforms import named

COLUMNS = ("id", "platform", "party", "object", "state", "attempts", "created", "reason")
NOTHING = "No such delivery."
AGAIN = "Send again those that may be: python manage.py deliveries --failed --retry"


class Command(HubCommand):
    help = "List deliveries, the newest first; send failed ones again, or give up waiting ones."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--platform", metavar="NAME", help="of this platform only")
        parser.add_argument("--id", type=int, action="append", metavar="ID", help="this one")
        state = parser.add_mutually_exclusive_group()
        state.add_argument("--failed", action="store_true", help="those that were given up")
        state.add_argument("--waiting", action="store_true", help="those that have yet to go out")
        act = parser.add_mutually_exclusive_group()
        act.add_argument("--retry", action="store_true", help="send the failed ones again")
        act.add_argument("--drop", action="store_true", help="give the waiting ones up")
        act.add_argument("--go-on", action="store_true", help="end the rest of a lane (--platform)")
        parser.add_argument("--limit", type=int, default=50, help="list so many (50)")

    def answer(self, options: dict[str, Any]) -> Answer:
        now = timezone.now()
        platform = named(options["platform"]) if options["platform"] else None
        if options["go_on"]:
            return {"went_on": _go_on(platform)}
        rows = _chosen(options, platform)
        for word, act, fitting in (
            ("retry", by_hand.send_again, by_hand.repeatable),
            ("drop", by_hand.give_up, _waiting),
        ):
            if options[word]:
                done = act(fitting(rows).values_list("pk", flat=True), now)
                return {"sent_again" if word == "retry" else "given_up": done}
        shown = rows.select_related("payload").defer("payload__body")[: options["limit"]]
        return {"deliveries": deliveries(shown)}

    def lines(self, answer: Answer) -> Iterable[str]:
        if "deliveries" not in answer:
            return [f"{name.replace('_', ' ')}: {value}" for name, value in answer.items()]
        rows = answer["deliveries"]
        if not rows:
            return [NOTHING]
        dropped = any(row["state"] == Delivery.State.DROPPED for row in rows)
        return [*columns(rows, *COLUMNS), *(["", AGAIN] if dropped else [])]


def _go_on(platform: Platform | None) -> bool:
    if platform is None:
        raise Error("name the platform: python manage.py deliveries --go-on --platform NAME")
    return by_hand.go_on(platform.pk)


def _waiting(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    return rows.filter(state=Delivery.State.WAITING)


def _chosen(options: dict[str, Any], platform: Platform | None) -> QuerySet[Delivery]:
    rows = Delivery.objects.order_by("-pk")
    if platform is not None:
        rows = rows.filter(platform_id=platform.pk)
    if options["id"]:
        rows = rows.filter(pk__in=options["id"])
    if options["failed"]:
        rows = by_hand.failed(rows)
    return _waiting(rows) if options["waiting"] else rows
