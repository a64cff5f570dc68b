"""route: what the hub would do with a request, without doing it."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from apps.console import trying
from apps.console.command_line import Answer, Error, HubCommand, columns, section
from hub.ocpi.headers import FROM_COUNTRY, FROM_PARTY, TO_COUNTRY, TO_PARTY

PAIRS = {"from": (FROM_COUNTRY, FROM_PARTY), "to": (TO_COUNTRY, TO_PARTY)}


class Command(HubCommand):
    help = (
        "Say what the hub would do with a request: every check, the decision, what would be sent."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("method", type=str.upper, choices=trying.METHODS)
        parser.add_argument("path", help="such as /ocpi/2.2.1/receiver/tariffs/NL/CPO/T1")
        parser.add_argument("--from", metavar="PARTY", default="", help="OCPI-from, as NL/CPO")
        parser.add_argument("--to", metavar="PARTY", default="", help="OCPI-to, as DE/MSP")
        parser.add_argument("--header", metavar="NAME:VALUE", action="append", default=[])
        parser.add_argument("--body", metavar="FILE", default="", help="- is standard input")
        parser.add_argument(
            "--platform", metavar="NAME", default="", help="who calls; else whoever hosts --from"
        )

    def answer(self, options: dict[str, Any]) -> Answer:
        try:
            headers = trying.header_lines("\n".join(options["header"]))
            for name, pair in PAIRS.items():
                if options[name]:
                    headers += tuple(zip(pair, _party(options[name]), strict=True))
            return trying.try_out(
                options["method"],
                options["path"],
                headers,
                _body(options["body"]),
                options["platform"],
                timezone.now(),
            )
        except (trying.CannotTry, OSError) as error:
            raise Error(str(error)) from error

    def lines(self, answer: Answer) -> Iterable[str]:
        row = f"row {answer['row']} of the routing table: " if answer["row"] else ""
        yield f"{answer['method']} {answer['path']} of {answer['platform']}"
        yield f"{row}{answer['action']}"
        steps = [
            {"check": step["name"], "result": _word(step), "found": step["says"]}
            for step in answer["steps"]
        ]
        yield from section("Checks", columns(steps, "check", "result", "found"))
        for leg in answer["legs"]:
            lines = [f"{leg['method']} {leg['url']}", *leg["headers"]]
            lines.append("(the same body)" if leg["body"] is None else f"\n{leg['body']}")
            yield from section(f"To {leg['party']} at {leg['platform']}", lines)
        if answer["refusal"] and answer["refusal"]["reason"]:
            yield from section("Not told to the platform", [answer["refusal"]["reason"]])

    def wrong(self, answer: Answer) -> str:
        refusal = answer["refusal"]
        if not refusal:
            return ""
        return f"refused, HTTP {refusal['http']}, OCPI {refusal['code']}: {refusal['text']}"


def _word(step: dict[str, Any]) -> str:
    return "passed" if step["passed"] else "refused"


def _party(text: str) -> tuple[str, str]:
    country, slash, party = text.partition("/")
    if not (slash and country and party):
        raise trying.CannotTry(f"{text!r} is not a party: write it as NL/CPO.")
    return country, party


def _body(name: str) -> bytes:
    if not name:
        return b""
    return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
