"""import: takes in objects from JSON Lines."""  # noqa: N999 - a command is named as its file

import asyncio
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import psycopg
from django.core.management.base import CommandParser
from django.db import connection
from django.utils import timezone

from apps import database
from apps.console.command_line import Answer, Error, HubCommand, pairs
from apps.console.kept_modules import kept_module
from apps.console.line_files import START, Bookmark, Bookmarks, NotTheSame
from apps.console.pace import Pace
from apps.console.taken_in import MOST_WRONG, TakenIn, taken_in
from apps.store.read_in import Step, Way, read_in

STDIN = "-"
LONGEST_CAUSE = 64


class Command(HubCommand):
    help = (
        "Keep objects from JSON Lines: what `export` writes, or with --module bare OCPI objects. A"
        " bad line is told and left out; the same object twice is no harm."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the file, or - for standard input")
        parser.add_argument("--module", help="the module of bare objects, one a line")
        parser.add_argument(
            "--resume", action="store_true", help="go on where the last import of FILE stopped"
        )

    def answer(self, options: dict[str, Any]) -> Answer:
        module = kept_module(options["module"]) if options["module"] else None
        path = None if options["file"] == STDIN else Path(options["file"])
        name = "standard input" if path is None else path.name
        if options["resume"] and path is None:
            raise Error("standard input cannot be gone on with: name the file")
        way = Way(module, f"import {name}"[:LONGEST_CAUSE], timezone.now)
        run = _Run(self, path, way)
        try:
            run.start(resumes=options["resume"])
            run.work()
        except NotTheSame as error:
            raise Error(str(error)) from None
        except KeyboardInterrupt:
            raise Error(f"interrupted {run.where}") from None
        except (psycopg.Error, OSError) as error:
            raise Error(f"{' '.join(str(error).split())}; stopped {run.where}") from error
        return run.answer()

    def lines(self, answer: Answer) -> Iterable[str]:
        return pairs({name: value for name, value in answer.items() if name != "wrong"})

    def wrong(self, answer: Answer) -> str:
        bad, lines = answer["bad"], answer["lines"]
        return f"{bad} of {lines} lines are bad" if bad else ""


class _Run:
    """One import: where it is, what became of the lines."""

    def __init__(self, command: Command, path: Path | None, way: Way) -> None:
        self._command = command
        self._path = path
        self._way = way
        self._began = time.monotonic()
        self._mark = self._first = START
        self._wrong: list[tuple[int, str]] = []
        # Only a real file can be come back to.
        self._bookmarks = Bookmarks(path) if path is not None and path.is_file() else None

    @property
    def where(self) -> str:
        """How far it is, and how it goes on."""
        how = "; --resume goes on there" if self._bookmarks else ""
        return f"after line {self._mark.line}{how}"

    def start(self, *, resumes: bool) -> None:
        """Finds the bookmark. Raises NotTheSame."""
        if self._bookmarks is None:
            return
        if resumes:
            self._mark = self._first = self._bookmarks.found() or START
        elif self._bookmarks.path.exists():
            self._command.note("an earlier import of this file was stopped; this one begins anew")

    def work(self) -> None:
        connection.ensure_connection()  # says in one line when there is no database
        size = self._path.stat().st_size if self._path and self._bookmarks else 0
        pace = Pace(self._command.stderr, "lines", self._mark.line)

        async def take_in(file: BinaryIO) -> None:
            async with database.pool(1) as pool:
                async for step in read_in(pool, file, self._way, self._mark.line, self._mark.end):
                    self._step(step, pace)
                    bad = self._mark.outcomes["bad"]
                    part = self._mark.end / size if size else None
                    pace.show(self._mark.line, part, f"{bad} bad" if bad else "")

        try:
            with self._opened() as file:
                asyncio.run(take_in(file))
        finally:
            pace.end()
        if self._bookmarks is not None:
            self._bookmarks.remove()

    def _step(self, step: Step, pace: Pace) -> None:
        self._mark = Bookmark(step.line, step.end, self._mark.outcomes + step.outcomes)
        for number, reason in step.wrong:
            pace.note(f"line {number}: {reason}")
        # All of them are told on standard error.
        self._wrong += step.wrong[: MOST_WRONG - len(self._wrong)]
        if self._bookmarks is not None:
            try:
                self._bookmarks.put(self._mark)
            except OSError as error:
                pace.note(f"this import cannot be gone on with when it is stopped: {error}")
                self._bookmarks = None

    @contextmanager
    def _opened(self) -> Iterator[BinaryIO]:
        """The file behind the bookmark, or standard input."""
        if self._path is None:
            yield sys.stdin.buffer
            return
        with self._path.open("rb") as file:
            if self._mark.end:
                file.seek(self._mark.end)
            yield file

    def answer(self) -> Answer:
        done = TakenIn(
            self._mark.line,
            self._first.line,
            self._mark.outcomes,
            self._wrong,
            time.monotonic() - self._began,
        )
        return {"file": STDIN if self._path is None else str(self._path), **taken_in(done)}
