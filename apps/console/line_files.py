"""Where an export or an import that was stopped goes on: by the file that is there, and by a small
one beside the file that is read. Nothing else remembers it, so it does not matter what stopped it.
"""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from apps.store.lines import LONGEST, BadLine, sequence_of

BLOCK = 1024 * 1024
BEGINNING = 64 * 1024


class NotTheSame(Exception):
    """A file with which nothing can go on; the text says why."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a file of exported lines holds: so many, and the last one's sequence."""

    lines: int = 0
    last: int = 0


def written(path: Path, module: str) -> Written:
    """What an export of a module has left in a file; a line that was cut is taken off. Raises
    NotTheSame."""
    if not path.exists():
        return Written()
    with path.open("r+b") as file:
        lines, whole = _whole_lines(file)
        file.truncate(whole)
        if not lines:
            return Written()
        file.seek(max(0, whole - LONGEST))
        last = file.read(whole)[:-1].rpartition(b"\n")[2]
    try:
        found, sequence = sequence_of(last)
    except BadLine as error:
        raise NotTheSame(f"{path} cannot be gone on with: its last line: {error}") from None
    if found != module:
        raise NotTheSame(f"{path} holds {found}, not {module}")
    return Written(lines, sequence)


def _whole_lines(file: BinaryIO) -> tuple[int, int]:
    """How many lines are whole, and where the last of them ends."""
    lines = end = place = 0
    while block := file.read(BLOCK):
        lines += block.count(b"\n")
        if b"\n" in block:
            end = place + block.rindex(b"\n") + 1
        place += len(block)
    return lines, end


@dataclass(frozen=True, slots=True)
class Bookmark:
    """How far a file has been taken in: its lines, its bytes, and what became of them."""

    line: int
    end: int
    outcomes: Counter[str]


START = Bookmark(0, 0, Counter())


class Bookmarks:
    """The bookmark of one file, in `<file>.position`."""

    def __init__(self, path: Path) -> None:
        self.path = path.with_name(f"{path.name}.position")
        self._file = path

    def found(self) -> Bookmark | None:
        """Where the last import of this very file has stopped. Raises NotTheSame."""
        if not self.path.exists():
            return None
        try:
            kept = json.loads(self.path.read_text())
            mark = Bookmark(kept["line"], kept["end"], Counter(kept["outcomes"]))
            same = kept["begins"] == self._begins(mark.end)
        except (ValueError, KeyError, TypeError):
            raise NotTheSame(f"{self.path} cannot be read; without it, begin anew") from None
        if not same or self._file.stat().st_size < mark.end:
            raise NotTheSame(f"{self._file} is not the file that was begun with; begin anew")
        return mark

    def put(self, mark: Bookmark) -> None:
        """Moves the bookmark, all at once."""
        kept = {
            "line": mark.line,
            "end": mark.end,
            "outcomes": mark.outcomes,
            "begins": self._begins(mark.end),
        }
        fresh = self.path.with_name(f"{self.path.name}.new")
        fresh.write_text(json.dumps(kept))
        fresh.replace(self.path)

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)

    def _begins(self, end: int) -> str:
        """A digest of how the file begins, as far as it was read."""
        with self._file.open("rb") as file:
            return hashlib.blake2b(file.read(min(end, BEGINNING)), digest_size=16).hexdigest()
