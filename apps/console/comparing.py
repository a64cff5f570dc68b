"""What the hub changed between two legs: headers by name, bodies line by line. Pure.

A body that passed as it came is in the log once, with the leg it came on.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

MOST_LINES = 3_000  # more than this is shown without marks: comparing takes the square of it


@dataclass(frozen=True, slots=True)
class Row:
    """One line beside another. `mark` is same, changed, left (only there) or right."""

    mark: str
    left: str
    right: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Bodies:
    """Two bodies side by side; `note` says what cannot be shown, and why."""

    rows: tuple[Row, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A body as the log has it: None where it has none, and how long it was."""

    text: str | None
    size: int


SAME = "The same bytes on both legs."
NOT_KEPT = "not in the log: HUB_LOG_BODIES says whose bodies are kept"


def headers(left: str, right: str) -> tuple[Row, ...]:
    """Header lines by name without case, in the order of the left side."""
    ours, theirs = _named(left), _named(right)
    rows = []
    for name in dict.fromkeys((*ours, *theirs)):
        one, other = ours.get(name), theirs.get(name)
        rows.append(Row(_mark(one, other), one or "", other or "", name))
    return tuple(rows)


def _named(lines: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines.splitlines():
        name, _, value = line.partition(": ")
        name = name.lower()
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _mark(left: str | None, right: str | None) -> str:
    if left is None:
        return "right"
    if right is None:
        return "left"
    return "same" if left == right else "changed"


def bodies(left: Kept, right: Kept) -> Bodies:
    """Two bodies; one that is in the log with the other leg only was the same there."""
    if not left.size and not right.size:
        return Bodies((), "Both without a body.")
    if left.text is None and right.text is None:
        return Bodies((), f"{left.size} and {right.size} bytes, {NOT_KEPT}.")
    if left.size == right.size and (left.text is None or right.text is None):
        text = left.text if left.text is not None else right.text
        return Bodies(tuple(Row("same", line, line) for line in lines(text)), SAME)
    if left.text is None or right.text is None:
        side = "left" if left.text is None else "right"
        missing = left if left.text is None else right
        why = f"On the {side} {missing.size} bytes, {NOT_KEPT}." if missing.size else ""
        return Bodies(_beside(lines(left.text), lines(right.text)), why)
    if left.text == right.text:
        return Bodies(tuple(Row("same", line, line) for line in lines(left.text)), SAME)
    return Bodies(_beside(lines(left.text), lines(right.text)))


def lines(text: str | None) -> list[str]:
    """A body in lines: JSON with a line for each member, every digit as it came; else as it is."""
    if not text:
        return []
    try:
        return msgspec.json.format(text, indent=2).split("\n")
    except msgspec.DecodeError:
        return text.split("\n")


def _beside(left: Sequence[str], right: Sequence[str]) -> tuple[Row, ...]:
    if len(left) + len(right) > MOST_LINES:
        pairs = zip((*left, *[""] * len(right)), (*right, *[""] * len(left)), strict=True)
        return tuple(Row("same", a, b) for a, b in pairs if a or b)
    rows: list[Row] = []
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            rows += [Row("same", line, line) for line in left[a:b]]
            continue
        both = min(b - a, d - c)
        rows += [Row("changed", left[a + n], right[c + n]) for n in range(both)]
        rows += [Row("left", line, "") for line in left[a + both : b]]
        rows += [Row("right", "", line) for line in right[c + both : d]]
    return tuple(rows)
