"""When the hub pulls: how far back it asks, how often, and what ends a pull.

Nothing here reads the clock; `jitter` is a random number from 0 to 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hub.ocpi.module import Audience, Module

# After so many seconds a page that failed is asked for again; then the pull is given up.
BACK_OFF_SECONDS = (5.0, 15.0, 60.0, 180.0, 600.0, 1800.0)
SPLAY = 0.1


class Kind(StrEnum):
    """How much is asked for."""

    DELTA = "delta"  # what changed since the last pull, with an overlap
    FULL = "full"  # everything; of private modules, as far back as HUB_PULL_PRIVATE_DAYS


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often and how far back.

    Attributes:
        every: how often each kind is pulled; None is never by itself.
        overlap: by how much a delta reaches back behind the start of the pull before it.
        private_reach: how far back private objects are asked for.
        keeps: how long the hub keeps objects of a module, by id; of others, for ever.
    """

    every: Mapping[Kind, timedelta | None]
    overlap: timedelta
    private_reach: timedelta
    keeps: Mapping[str, timedelta]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one pull may cost."""

    pages: int
    objects: int
    bytes: int

    def exceeded(self, pages: int, objects: int, size: int) -> str:
        """The setting that stands in the way of another page; empty when none does."""
        table = (
            (pages, self.pages, "HUB_PULL_MAX_PAGES"),
            (objects, self.objects, "HUB_PULL_MAX_OBJECTS"),
            (size, self.bytes, "HUB_PULL_MAX_BYTES"),
        )
        return next((name for number, most, name in table if number >= most), "")


def asks_from(
    kind: Kind, module: Module, synced_from: datetime | None, now: datetime, rhythm: Rhythm
) -> datetime | None:
    """The `date_from` of a pull, None for none. `synced_from` is when the last one that ended well
    began. Private lists of what drivers did are always asked with one (D-14), and never for what
    would be too old to be kept; terminals are private too, but stay."""
    is_private = module.audience is Audience.ADDRESSEE and module.personal
    if kind is Kind.DELTA and synced_from is not None:
        wanted = synced_from - rhythm.overlap
    elif is_private:
        wanted = now - rhythm.private_reach
    else:
        return None
    if is_private and module.id in rhythm.keeps:
        return max(wanted, now - rhythm.keeps[module.id])
    return wanted


def next_due(every: timedelta, now: datetime, jitter: float) -> datetime:
    """The next moment of a rhythm, splayed so that lists that came together drift apart."""
    return now + every * (1 - SPLAY + 2 * SPLAY * jitter)
