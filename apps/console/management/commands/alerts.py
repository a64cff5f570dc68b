"""alerts: what needs a person now, and who was told; a test of the channels."""

from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from apps.alerts.models import Alert, Notice
from apps.console import alert_facts
from apps.console.command_line import Answer, HubCommand, cell, columns, section

COLUMNS = ("channel", "state", "answer")
MOST = 200


class Command(HubCommand):
    help = "List open alerts, or send a test by every channel."

    def arguments(self, parser: CommandParser) -> None:
        one = parser.add_mutually_exclusive_group()
        one.add_argument("--all", action="store_true", help=f"those that are over, too ({MOST})")
        one.add_argument("--test", action="store_true", help="send a test by every channel")

    def answer(self, options: dict[str, Any]) -> Answer:
        if options["test"]:
            return {"test": [alert_facts.notice(row) for row in alert_facts.tested(timezone.now())]}
        rows = alert_facts.raised(Alert.objects.all())
        if not options["all"]:
            rows = rows.filter(ended_at=None)
        return {"alerts": [alert_facts.alert(row) for row in rows[:MOST]]}

    def lines(self, answer: Answer) -> Iterable[str]:
        if "test" in answer:
            return columns(answer["test"], *COLUMNS)
        if not answer["alerts"]:
            return ["No alert."]
        return [line for alert in answer["alerts"] for line in _lines(alert)]

    def wrong(self, answer: Answer) -> str:
        failed = [row for row in answer.get("test", ()) if row["state"] != Notice.State.SENT]
        return ", ".join(f"{row['channel']}: {row['answer']}" for row in failed)


def _lines(alert: dict[str, Any]) -> list[str]:
    told = ", ".join(f"{n['event']} by {n['channel']} {n['state']}" for n in alert["notices"])
    over = f", over at {cell(alert['ended'])}" if alert["ended"] else ""
    lines = (alert["text"], alert["advice"], alert["link"], told or "nobody was told")
    return section(f"{alert['kind']}, {alert['about']}, since {cell(alert['since'])}{over}", lines)
