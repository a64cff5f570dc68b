"""What became of lines that were taken in, as the command and the API answer it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

OUTCOMES = ("new", "changed", "same", "older", "bad")
# So many bad lines are in the answer.
MOST_WRONG = 100


@dataclass(frozen=True, slots=True)
class TakenIn:
    """So many lines in all, those that were behind when it began, what became of the others, the
    first that are bad, and the seconds it took."""

    lines: int
    before: int
    outcomes: Counter[str]
    wrong: Sequence[tuple[int, str]]
    seconds: float


def taken_in(done: TakenIn) -> dict[str, Any]:
    """The answer."""
    return {
        "lines": done.lines,
        "lines_before": done.before,
        **{name: done.outcomes[name] for name in OUTCOMES},
        "wrong": [{"line": number, "reason": reason} for number, reason in done.wrong],
        "seconds": round(done.seconds, 3),
        "lines_per_second": round((done.lines - done.before) / max(done.seconds, 0.001)),
    }
