"""How far a long job is, and how fast, on standard error: one line written over on a terminal,
elsewhere a line now and then."""

import time
from dataclasses import dataclass, field

from apps.console.progress_bar import WIDTH, Out

TERMINAL_SECONDS, QUIET_SECONDS = 0.1, 5.0


@dataclass
class Pace:
    """Tells of one job. `unit` is what it counts; `before` is what was done in an earlier run."""

    out: Out
    unit: str
    before: int = 0
    _began: float = field(default_factory=time.monotonic)
    _told: float = field(default_factory=time.monotonic)
    _line: str = ""

    def show(self, done: int, part: float | None, remark: str = "") -> None:
        """So much is done, which is this part of all, where that is known."""
        now = time.monotonic()
        words = [f"{done:,} {self.unit}", f"{self.rate(done):,}/s", *([remark] if remark else [])]
        self._line = ", ".join(words) if part is None else f"{bar(part)} {', '.join(words)}"
        if now - self._told >= (TERMINAL_SECONDS if self.out.isatty() else QUIET_SECONDS):
            self._told = now
            self._write("" if self.out.isatty() else "\n")

    def rate(self, done: int) -> int:
        """How many in a second, of this run."""
        return round((done - self.before) / max(time.monotonic() - self._began, 0.001))

    def note(self, text: str) -> None:
        """A line that stays, above the one that moves."""
        self._line, moving = text, self._line
        self._write("\n")
        self._line = moving

    def end(self) -> None:
        """Leaves the last line standing on a terminal."""
        if self._line and self.out.isatty():
            self._write("\n")

    def _write(self, ending: str) -> None:
        # Back to the margin, and what stood there before is wiped out.
        wipe = "\r\x1b[K" if self.out.isatty() else ""
        self.out.write(wipe + self._line, lambda plain: plain, ending)
        self.out.flush()


def bar(part: float) -> str:
    """A part of a whole, drawn, and in per cent."""
    done = min(WIDTH, max(0, int(WIDTH * part)))
    return f"[{'#' * done}{'.' * (WIDTH - done)}] {min(part, 1):4.0%}"
