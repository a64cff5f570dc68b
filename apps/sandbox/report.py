"""Tells a session line by line: a number, who to whom, what, what came back, how long it took."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

GREEN, RED, DIM, BOLD, PLAIN = "\033[32m", "\033[31m", "\033[2m", "\033[1m", "\033[0m"
WHO_WIDTH = 31
WHAT_WIDTH = 55
QUIET_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What a step saw: what came back, the time it took, and remarks worth a line each."""

    result: str
    milliseconds: float
    remarks: tuple[str, ...] = ()


class Report:
    """Writes to a terminal with colours and a moving progress, elsewhere plain lines."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._is_terminal = out.isatty()
        self._line = ""
        self._last_progress = 0.0

    def title(self, text: str) -> None:
        self._write(f"\n{self._styled(BOLD, text)}\n")

    def text(self, text: str = "") -> None:
        self._write(f"{text}\n")

    @contextmanager
    def step(self, number: int, who: str, what: str) -> Iterator[None]:
        """The line of one step while it runs."""
        self._line = f"{number:>3}  {who:<{WHO_WIDTH}} {what:<{WHAT_WIDTH}}"
        self._last_progress = time.monotonic()
        if self._is_terminal:
            self._write(self._cut(self._line))
        yield
        self._line = ""

    def progress(self, done: int, total: int) -> None:
        """How far the step is: shown at once on a terminal, now and then elsewhere."""
        if self._is_terminal:
            text = self._cut(f"{self._line.rstrip()} {done}/{total}")
            self._write(f"\r{text}\033[K")
        elif time.monotonic() - self._last_progress > QUIET_SECONDS:
            self._last_progress = time.monotonic()
            self._write(f"     ... {done}/{total}\n")

    def done(self, seen: Seen) -> None:
        mark = self._styled(GREEN, "✓") if self._is_terminal else "ok"
        self._finish(f"{seen.result:<26} {seen.milliseconds:>7.1f} ms  {mark}")
        for remark in seen.remarks:
            self._write(self._styled(DIM, f"       {remark}") + "\n")

    def failed(self, reason: str) -> None:
        mark = self._styled(RED, "✗") if self._is_terminal else "FAILED"
        self._finish(mark)
        for line in reason.splitlines():
            self._write(self._styled(RED, f"       {line}") + "\n")

    def _finish(self, text: str) -> None:
        start = f"\r{self._line}" if self._is_terminal else self._line
        self._write(f"{start} {text}" + ("\033[K\n" if self._is_terminal else "\n"))

    def _cut(self, text: str) -> str:
        """As much as fits on one row: a wrapped one could not be written over."""
        return text[: shutil.get_terminal_size().columns - 1]

    def _styled(self, style: str, text: str) -> str:
        return f"{style}{text}{PLAIN}" if self._is_terminal else text

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
