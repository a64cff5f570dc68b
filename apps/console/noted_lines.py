"""Two versions of an object side by side, line by line, with what was lost or assumed beside the
lines that it is about. Pure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from json import JSONDecoder
from typing import Any

from apps.console.comparing import Kept, bodies, lines

_NAME = JSONDecoder()


@dataclass(frozen=True, slots=True)
class Line:
    """One line beside another, as `comparing.Row` has it, and the notes about it."""

    mark: str
    left: str
    right: str
    notes: tuple[dict[str, Any], ...]


def noted_lines(
    left: str, right: str, notes: Sequence[dict[str, Any]]
) -> tuple[tuple[Line, ...], tuple[dict[str, Any], ...]]:
    """The lines of two JSON texts with the notes that belong to them, and the notes whose path is
    in neither. What the right text says anew is looked for there first."""
    ours, theirs = dict(_places(lines(left))), dict(_places(lines(right)))
    beside_left: dict[int, list[dict[str, Any]]] = {}
    beside_right: dict[int, list[dict[str, Any]]] = {}
    elsewhere = []
    for note in notes:
        sides = [(ours, beside_left), (theirs, beside_right)]
        if note["what"] == "assumed":
            sides.reverse()
        for places, beside in sides:
            if note["path"] in places:
                beside.setdefault(places[note["path"]], []).append(note)
                break
        else:
            elsewhere.append(note)
    found, one, other = [], 0, 0
    for row in bodies(Kept(left, len(left)), Kept(right, len(right))).rows:
        own = [*(beside_left.get(one, ()) if row.left else ())]
        own += beside_right.get(other, ()) if row.right else ()
        one, other = one + bool(row.left), other + bool(row.right)
        found.append(Line(row.mark, row.left, row.right, tuple(own)))
    return tuple(found), tuple(elsewhere)


def _places(text: Sequence[str]) -> Iterator[tuple[str, int]]:
    """The path of what begins on each line of laid out JSON, as `$.evses[0].uid`, and the number of
    the line, from 0."""
    above: list[tuple[str, int | None]] = []  # path of what is open; in a list how many came
    for number, line in enumerate(text):
        bare = line.strip().removesuffix(",")
        if bare in ("}", "]"):
            above.pop()
            continue
        path = "$"
        if above:
            outer, position = above[-1]
            if position is None:
                path = f"{outer}.{_NAME.raw_decode(bare)[0]}"
            else:
                path = f"{outer}[{position}]"
                above[-1] = (outer, position + 1)
        yield path, number
        if bare.endswith(("{", "[")):
            above.append((path, 0 if bare.endswith("[") else None))
