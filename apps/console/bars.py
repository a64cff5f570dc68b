"""Bars of a chart, stacked: a hundred units high, one unit wide each. Pure.

The drawing is stretched to the room it has; so it holds no text but titles, and its scale is told
beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.console.amounts import thousands

HEIGHT = 100.0
GAP = 0.12
# A bar of something is never too small to be seen.
LEAST = 1.5
STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Block:
    """One part of a bar: what it counts, and where it is."""

    kind: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its blocks from below, and what it says."""

    x: float
    blocks: tuple[Block, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars, and the number that the upper edge stands for. `ticks` are moments at equal distances
    from the left edge to the right."""

    bars: tuple[Bar, ...]
    top: int
    ticks: tuple[datetime, ...]
    width: int
    gap: float = 1 - 2 * GAP

    @property
    def half(self) -> float:
        return self.top / 2


def draw(
    moments: Sequence[datetime], counts: Sequence[dict[str, int]], kinds: Sequence[str], ticks: int
) -> Chart:
    """A chart of what was counted from each moment on, of these kinds, from below."""
    highest = max((sum(each[kind] for kind in kinds) for each in counts), default=0)
    top = nice(highest)
    bars = tuple(
        Bar(number + GAP, _blocks(each, kinds, top), says(at, each, kinds))
        for number, (at, each) in enumerate(zip(moments, counts, strict=True))
        if any(each[kind] for kind in kinds)
    )
    apart = (moments[-1] - moments[0]) / (ticks - 1)
    return Chart(
        bars, top, tuple(moments[0] + number * apart for number in range(ticks)), len(moments)
    )


def _blocks(each: dict[str, int], kinds: Sequence[str], top: int) -> tuple[Block, ...]:
    y, blocks = HEIGHT, []
    for kind in kinds:
        if each[kind]:
            height = max(LEAST, each[kind] / top * HEIGHT)
            y = max(0.0, y - height)
            blocks.append(Block(kind, round(y, 2), round(height, 2)))
    return tuple(blocks)


def says(at: datetime, each: dict[str, int], kinds: Sequence[str]) -> str:
    """One bar in words."""
    return f"{at:%d %b %H:%M}: " + ", ".join(f"{thousands(each[kind])} {kind}" for kind in kinds)


def nice(highest: int) -> int:
    """A round number that is not below this one; 1 for nothing."""
    power = 1
    while True:
        for step in STEPS:
            if step * power >= highest:
                return step * power
        power *= 10
