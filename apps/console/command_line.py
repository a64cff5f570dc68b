"""What all commands of the hub share: one answer on stdout, as text or as JSON, all else on stderr.

A command says what it answers, as plain data, and how a person reads that. What may go wrong in
daily life ends in one line and a non-zero exit; a traceback means a mistake of ours.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper

from apps.console import audited_commands
from apps.console.expected import EXPECTED, explained
from apps.console.twin import plain

Answer = dict[str, Any]


class Error(CommandError):
    """Something an operator can mend. Django prints the name of the class before the text."""


class HubCommand(BaseCommand):
    """Base of the hub's commands: override `arguments`, `answer` and `lines`, and `wrong` where an
    answer can be bad news."""

    requires_system_checks = ()

    def arguments(self, parser: CommandParser) -> None:
        """Declares what the command takes besides --json."""

    def answer(self, options: dict[str, Any]) -> Answer:
        """Does the work and returns the answer as plain data. Raises Error, or one of EXPECTED."""
        raise NotImplementedError

    def lines(self, answer: Answer) -> Iterable[str]:
        """The answer for a person."""
        raise NotImplementedError

    def wrong(self, answer: Answer) -> str:
        """What an answer says that a script must not overlook; empty when all is well."""
        return ""

    def place(self, options: dict[str, Any]) -> OutputWrapper:
        """Where the answer goes; elsewhere when standard output holds what the command makes."""
        return self.stdout

    def note(self, text: str) -> None:
        """Something to know besides the answer."""
        self.stderr.write(text)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="print the answer as one JSON document"
        )
        self.arguments(parser)

    def handle(self, *_: Any, **options: Any) -> None:
        name = type(self).__module__.rpartition(".")[2]
        try:
            before = audited_commands.as_it_is(name, options)
            answer = self.answer(options)
            audited_commands.tell(name, options, before, answer)
        except EXPECTED as error:
            raise Error(explained(error)) from error
        if options["json"]:
            text = json.dumps(answer, indent=2, ensure_ascii=False, default=plain)
        else:
            text = "\n".join(self.lines(answer))
        self.place(options).write(text)
        if wrong := self.wrong(answer):
            raise Error(wrong)


def cell(value: object) -> str:
    """One value as a person reads it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(cell(entry) for entry in value) or "-"
    return (
        plain(value) if isinstance(value, datetime) else str("-" if value in (None, "") else value)
    )


def columns(rows: Iterable[dict[str, Any]], *names: str) -> list[str]:
    """Rows under their names, in columns; only the names where there are no rows."""
    cells = [[name.replace("_", " ").upper() for name in names]]
    cells += [[cell(row[name]) for name in names] for row in rows]
    widths = [max(len(line[n]) for line in cells) for n in range(len(names))]
    return [
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]


def pairs(values: dict[str, Any]) -> list[str]:
    """Names and values, one pair a line."""
    width = max((len(name) for name in values), default=0)
    return [
        f"{name.replace('_', ' ').ljust(width)}  {cell(value)}" for name, value in values.items()
    ]


def section(title: str, lines: Sequence[str]) -> list[str]:
    """Lines under a title, indented."""
    return ["", title, *(f"  {line}" for line in lines)]
