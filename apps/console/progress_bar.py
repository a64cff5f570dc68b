"""How far pulls are, on standard error: a bar on a terminal, else a line for each that ends."""

from collections.abc import Callable, Sequence
from typing import Protocol

from django.utils import timezone

from apps.console.pull_facts import told
from apps.sync.models import Pull

WIDTH = 24


class Out(Protocol):
    """Where it is written, as far as Django's wrapper of a stream has it."""

    def write(self, msg: str, style_func: Callable[[str], str], ending: str) -> None: ...
    def flush(self) -> None: ...
    def isatty(self) -> bool: ...


class ProgressBar:
    """One line that is written over while a pull goes on; pulls that ended leave theirs."""

    def __init__(self, out: Out) -> None:
        self._out = out
        self._told: set[int] = set()

    def show(self, pulls: Sequence[Pull]) -> None:
        """Tells of what has ended since, and how far the next one is."""
        now = timezone.now()
        for pull in pulls:
            if pull.state != Pull.State.OPEN and pull.pk not in self._told:
                self._told.add(pull.pk)
                self._line(f"{pull.source}: {told(pull, now)}", ending="\n")
        waiting = [pull for pull in pulls if pull.state == Pull.State.OPEN]
        if waiting and self._out.isatty():
            pull = max(waiting, key=lambda each: each.pages)
            self._line(f"{pull.source}: {bar(pull)} {told(pull, now)}", ending="")

    def _line(self, text: str, ending: str) -> None:
        # Back to the margin, and what stood there before is wiped out.
        wipe = "\r\x1b[K" if self._out.isatty() else ""
        # In the colour of text: progress is no error.
        self._out.write(wipe + text, lambda plain: plain, ending)
        self._out.flush()


def bar(pull: Pull) -> str:
    """The part of the list that is behind a pull; nothing where nobody knows how long it is."""
    objects = pull.objects_kept + pull.skipped
    if not pull.total:
        return ""
    done = min(WIDTH, WIDTH * objects // pull.total)
    return f"[{'#' * done}{'.' * (WIDTH - done)}]"
