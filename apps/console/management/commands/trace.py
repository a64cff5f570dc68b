"""trace: what became of one message, leg by leg."""

from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandParser

from apps.console import tracing
from apps.console.command_line import Answer, Error, HubCommand, cell
from apps.console.spoken_in import remark


class Command(HubCommand):
    help = "Show every leg and delivery of a message, found by correlation id or request id."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", help="a correlation id, or a request id")

    def answer(self, options: dict[str, Any]) -> Answer:
        found = tracing.trace(options["id"])
        if not found["legs"] and not found["deliveries"]:
            raise Error(
                f"nothing is known of {options['id']!r}: the message log is written a moment after"
                " the message, and kept for HUB_LOG_DAYS"
            )
        return found

    def lines(self, answer: Answer) -> Iterable[str]:
        yield f"correlation id {answer['correlation_id']}"
        for leg in answer["legs"]:
            yield ""
            yield from _leg(leg)
        if answer["deliveries"]:
            yield ""
            yield "Deliveries"
        for delivery in answer["deliveries"]:
            yield _delivery(delivery)


def _leg(leg: dict[str, Any]) -> Iterable[str]:
    """Two lines: what was asked by whom, and what came of it."""
    indent = "    " * leg["depth"]
    who = leg["platform"] or "unknown platform"
    arrow = f"{who} -> hub" if leg["direction"] == "in" else f"hub -> {who}"
    yield f"{indent}{cell(leg['at'])}  {arrow}  {leg['method']} {leg['path']}"
    parties = f"from {cell(leg['from'])} to {cell(leg['to'])}"
    result = f"HTTP {cell(leg['http_status'])}, OCPI {cell(leg['code'])}, {leg['milliseconds']} ms"
    yield f"{indent}    {parties}: {result}" + (f": {leg['error']}" if leg["error"] else "")
    if spoken := remark(leg["version"], leg["notes"]):
        yield f"{indent}    {spoken}"
    yield f"{indent}    request id {cell(leg['request_id'])}"


def _delivery(delivery: dict[str, Any]) -> str:
    what = f"{delivery['method']} {delivery['module']}/{delivery['tail']}"
    state = f"{delivery['state']} after {delivery['attempts']} attempts"
    reason = f": {delivery['reason']}" if delivery["reason"] else ""
    return f"    {delivery['party']} at {delivery['platform']}: {what}: {state}{reason}"
