"""Results: one figure per line beside its reference, as a table and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

HEADINGS = ("what", "hub", "reference", "ratio", "budget", "")


@dataclass(frozen=True, slots=True)
class Budget:
    """What a figure, or its ratio to the reference, may be at most or must be at least."""

    limit: float
    text: str
    at_least: bool = False

    def met(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. `judged` is what the budget is about, where it is not the value itself."""

    name: str
    value: float
    unit: str
    reference: float | None = None
    against: str = ""
    ratio: float | None = None
    budget: Budget | None = None
    judged: float | None = None

    @property
    def met(self) -> bool | None:
        """None where there is no budget, or nothing to judge by."""
        if self.budget is None or self.judged is None:
            return None
        return self.budget.met(self.judged)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything one run found. `notes` say what a reader must know to trust it."""

    machine: dict[str, object]
    quick: bool
    figures: Sequence[Figure]
    notes: Sequence[str]

    def table(self) -> str:
        lines = [HEADINGS, *(_line(figure) for figure in self.figures)]
        widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
        rows = ["  ".join(_aligned(line, widths)).rstrip() for line in lines]
        rows.insert(1, "  ".join("-" * width for width in widths).rstrip())
        return "\n".join([*rows, *(f"note: {note}" for note in self.notes)])

    def write(self, path: Path) -> None:
        content = {
            "taken": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": self.machine,
            "quick": self.quick,
            "figures": [{**asdict(figure), "met": figure.met} for figure in self.figures],
            "notes": list(self.notes),
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=1) + "\n")


def _aligned(line: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Names to the left, numbers to the right."""
    first, *rest = zip(line, widths, strict=True)
    return [first[0].ljust(first[1]), *(text.rjust(width) for text, width in rest)]


def _line(figure: Figure) -> tuple[str, ...]:
    verdict = {True: "met", False: "NOT MET", None: ""}[figure.met]
    reference = "" if figure.reference is None else f"{_number(figure.reference)} {figure.unit}"
    return (
        figure.name,
        f"{_number(figure.value)} {figure.unit}",
        f"{reference} ({figure.against})" if reference else "",
        _ratio(figure.ratio),
        figure.budget.text if figure.budget else "",
        verdict,
    )


def _number(value: float) -> str:
    if abs(value) >= 1000:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.2f}"


def _ratio(ratio: float | None) -> str:
    if ratio is None:
        return ""
    return f"1/{1 / ratio:.1f}" if 0 < ratio < 1 else f"{ratio:.2f} x"
