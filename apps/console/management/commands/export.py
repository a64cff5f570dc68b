"""export: every kept object of a module, as JSON Lines."""

import asyncio
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import psycopg
from django.core.management.base import CommandParser, OutputWrapper
from django.db import connection

from apps import database
from apps.console.command_line import Answer, Error, HubCommand, pairs
from apps.console.kept_modules import kept_module, party
from apps.console.line_files import NotTheSame, Written, written
from apps.console.pace import Pace
from apps.store import read_out
from apps.store.read_out import Wanted


class Command(HubCommand):
    help = (
        "Write every kept object of a module as JSON Lines, one line for each copy, in the order in"
        " which they came. `import` reads the same."
    )
    done = Written()

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("module", help="such as locations")
        parser.add_argument("--owner", metavar="CC/PID", help="of this party only")
        parser.add_argument(
            "--directed",
            action="store_true",
            help="also copies for one party; of private modules there are no others",
        )
        parser.add_argument("--output", metavar="FILE", help="in place of standard output")
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--after", type=int, metavar="N", help="those behind this sequence")
        where.add_argument(
            "--resume", action="store_true", help="go on where FILE ends, whatever stopped it"
        )

    def place(self, options: dict[str, Any]) -> OutputWrapper:
        return self.stdout if options["output"] else self.stderr

    def answer(self, options: dict[str, Any]) -> Answer:
        path = Path(options["output"]) if options["output"] else None
        if path is None and (options["json"] or options["resume"]):
            raise Error("standard output holds the objects: name a file with --output")
        module = kept_module(options["module"])
        wanted = Wanted(module, party(options["owner"]), options["directed"])
        began = time.monotonic()
        try:
            before = written(path, module.id) if path and options["resume"] else Written()
            self.done = Written(before.lines, options["after"] or before.last)
            with _opened(path, resumes=options["resume"]) as file:
                self._write(file, wanted, before, whole=options["after"] is None)
        except NotTheSame as error:
            raise Error(str(error)) from None
        except BrokenPipeError:
            raise Error(f"the reader went away; {self._how(path)}") from None
        except KeyboardInterrupt:
            raise Error(f"interrupted; {self._how(path)}") from None
        except (psycopg.Error, OSError) as error:
            raise Error(f"{' '.join(str(error).split())}; {self._how(path)}") from error
        return self._said(wanted, path, before, time.monotonic() - began)

    def lines(self, answer: Answer) -> Iterable[str]:
        return pairs(answer)

    def _write(self, file: BinaryIO, wanted: Wanted, before: Written, *, whole: bool) -> None:
        connection.ensure_connection()  # says in one line when there is no database
        pace = Pace(self.stderr, wanted.module.id, before.lines)

        async def work() -> None:
            async with database.pool(1) as pool:
                total = await read_out.number(pool, wanted) if whole else 0
                async for batch in read_out.read_out(pool, wanted, self.done.last):
                    file.write(batch.text)
                    self.done = Written(self.done.lines + batch.count, batch.last)
                    pace.show(self.done.lines, self.done.lines / total if total else None)

        try:
            asyncio.run(work())
            file.flush()
        finally:
            pace.end()

    def _how(self, path: Path | None) -> str:
        """How an export goes on."""
        if path is not None:
            return "--resume goes on where the file ends"
        return f"--after {self.done.last} goes on behind what was read last"

    def _said(self, wanted: Wanted, path: Path | None, before: Written, seconds: float) -> Answer:
        lines = self.done.lines - before.lines
        return {
            "module": wanted.module.id,
            "file": None if path is None else str(path),
            "lines": lines,
            "lines_before": before.lines,
            "last_sequence": self.done.last,
            "seconds": round(seconds, 3),
            "lines_per_second": round(lines / max(seconds, 0.001)),
        }


@contextmanager
def _opened(path: Path | None, *, resumes: bool) -> Iterator[BinaryIO]:
    """The file, or standard output, which is left alone once nobody reads it any more."""
    if path is not None:
        with path.open("ab" if resumes else "wb") as file:
            yield file
        return
    try:
        yield sys.stdout.buffer
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise
