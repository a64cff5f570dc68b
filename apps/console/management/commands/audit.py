"""audit: what operators did; looks whether nobody has changed that record, and writes it out."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from apps.audit import chain
from apps.audit.models import Entry
from apps.console.command_line import Answer, Error, HubCommand, columns, pairs
from apps.console.twin import plain

COLUMNS = ("at", "actor", "via", "act", "kind", "subject", "reason")
MOST = 50


class Command(HubCommand):
    help = (
        "List the last acts of operators; --verify looks at the seals of all, --output writes all."
    )

    def arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--verify", action="store_true", help="look whether every seal fits")
        what.add_argument("--output", metavar="FILE", help="write all entries as JSON Lines")
        parser.add_argument(
            "--expect",
            metavar="SEAL",
            help="with --verify: this seal, noted earlier, must be there",
        )
        parser.add_argument("--limit", type=int, default=MOST, metavar="N")

    def answer(self, options: dict[str, Any]) -> Answer:
        if options["expect"] and not options["verify"]:
            raise Error("--expect goes with --verify")
        if options["verify"]:
            return _verified(options["expect"])
        if options["output"]:
            return {"file": options["output"], "entries": _written(Path(options["output"]))}
        rows = Entry.objects.all()[: max(1, options["limit"])]
        return {"entries": [{"id": row.pk, **chain.content(row)} for row in rows]}

    def lines(self, answer: Answer) -> Iterable[str]:
        if not isinstance(answer["entries"], list):
            return pairs(answer)
        return columns(answer["entries"], *COLUMNS)

    def wrong(self, answer: Answer) -> str:
        if answer.get("broken_at"):
            return (
                f"entry {answer['broken_at']} does not fit: it, or one before it, was changed,"
                " removed or put in"
            )
        if answer.get("expected") is False:
            return "the expected seal is not there: entries were removed, or all were made anew"
        return ""


def _verified(expected: str | None) -> Answer:
    found = chain.verify()
    return {
        "entries": found.entries,
        "last_seal": found.last,
        "broken_at": found.broken_at,
        **({"expected": chain.holds(expected)} if expected else {}),
    }


def _written(path: Path) -> int:
    """How many entries there are in the file; it is private to who writes it."""
    lines = [json.dumps(entry, ensure_ascii=False, default=plain) for entry in chain.export()]
    try:
        path.touch(mode=0o600)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise Error(f"{path}: {error.strerror}") from error
    return len(lines)
