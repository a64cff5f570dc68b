"""Whether two objects say the same, but for what notes name."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from hub.ocpi.bridge import Note, What
from hub.ocpi.bridge.notes import without_positions

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d*?)?)0*\.?Z?")
_DEGREES = re.compile(r"-?\d{1,3}\.\d{5,7}")
EMPTY: tuple[Any, ...] = (None, [], "")


class Named:
    """What the notes of the way there name, and, without positions, those of the way back."""

    def __init__(self, there: Iterable[Note], back: Iterable[Note] = ()):
        there = list(there)
        self.paths = {note.path for note in there}
        self.gone = {note.path for note in there if note.what is What.LOST}
        self.fields = {note.field for note in back}

    def names(self, path: str) -> bool:
        return path in self.paths or without_positions(path) in self.fields


def differences(one: Any, other: Any, named: Named, path: str = "$") -> Iterator[str]:
    """The paths at which two objects differ, that nobody named."""
    if named.names(path):
        return
    if isinstance(one, dict) and isinstance(other, dict):
        for name in one.keys() | other.keys():
            yield from differences(one.get(name), other.get(name), named, f"{path}.{name}")
    elif isinstance(one, list) and isinstance(other, list):
        left = [n for n in range(len(one)) if f"{path}[{n}]" not in named.gone]
        if len(left) != len(other):
            yield path
        for number, item in zip(left, other, strict=False):
            yield from differences(one[number], item, named, f"{path}[{number}]")
    elif plain(one) != plain(other):
        yield path


def plain(value: Any) -> Any:
    """A value in one spelling: whole seconds with or without zone, decimals without zeros."""
    if value in EMPTY:
        return None
    if isinstance(value, str):
        moment = _MOMENT.fullmatch(value)
        if moment:
            return moment[1].rstrip(".")
        return Decimal(value) if _DEGREES.fullmatch(value) else value
    return value
