"""What the runner shows: lines with the child's name in front, and one moving line of progress."""

import re
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import IO

COLOURS = {"web": 36, "worker": 35, "beat": 34, "hub": 32}
TROUBLE = re.compile(r"\b(WARNING|ERROR|CRITICAL)\b|^Traceback|^\w*(Error|Exception)\b")
REMEMBERED = 15


@dataclass
class Terminal:
    """`quiet` shows of the children's output only what looks like trouble."""

    quiet: bool = False
    out: IO[str] = field(default_factory=lambda: sys.stdout)
    lock: threading.Lock = field(default_factory=threading.Lock)
    moving: bool = False
    last_step: str = ""

    def line(self, name: str, text: str) -> None:
        with self.lock:
            self._clear()
            self._write(f"{self._coloured(name)} {text}\n")

    def plain(self, text: str) -> None:
        with self.lock:
            self._clear()
            self._write(text + "\n")

    def step(self, text: str) -> None:
        """Progress: overwritten by what comes next on a terminal, one line each elsewhere."""
        with self.lock:
            if self.out.isatty():
                self._clear()
                self._write(f"\033[2m{text} ...\033[0m")
                self.moving = True
            elif text != self.last_step:
                self._write(text + " ...\n")
            self.last_step = text

    def _clear(self) -> None:
        if self.moving:
            self._write("\r\033[K")
            self.moving = False

    def _coloured(self, name: str) -> str:
        if not self.out.isatty():
            return f"{name:<7}|"
        return f"\033[{COLOURS.get(name, 33)}m{name:<7}|\033[0m"

    def _write(self, text: str) -> None:
        try:
            self.out.write(text)
            self.out.flush()
        except (BrokenPipeError, ValueError):  # nobody reads any more; the hub goes on
            pass


@dataclass
class Pump:
    """Carries a child's lines to the terminal, and to its log when the terminal is kept quiet."""

    name: str
    source: IO[str]
    terminal: Terminal
    log: IO[str] | None
    last: deque[str] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def start(self) -> "Pump":
        threading.Thread(target=self._run, name=f"pump-{self.name}", daemon=True).start()
        return self

    def _run(self) -> None:
        for raw in self.source:
            text = raw.rstrip()
            self.last.append(text)
            if self.log:
                self.log.write(time.strftime("%Y-%m-%dT%H:%M:%S ", time.gmtime()) + text + "\n")
                self.log.flush()
            if text and (not self.terminal.quiet or TROUBLE.search(text)):
                self.terminal.line(self.name, text)
        self.source.close()
        if self.log:
            self.log.close()
