"""What parties have agreed on: the states of an agreement, what each means, and which row decides.

Pure: the moment is an argument. docs/agreements.md says the same in words.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum

from hub.ocpi.datetimes import render
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Module

# Written in the place of the other party of an offer to all.
EVERYBODY = "*"
_PARTY = re.compile(r"[A-Z]{2}/[A-Z0-9]{3}")


class State(StrEnum):
    """What the operator has recorded of an agreement."""

    OFFERED = "offered"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class Relation(Enum):
    """Whether two parties may exchange a module."""

    ALLOWED = "allowed"
    PENDING = "pending"  # offered or paused: shown to both as PLANNED
    HIDDEN = "hidden"  # no agreement, or an ended one


# The best first.
BEST = (Relation.ALLOWED, Relation.PENDING, Relation.HIDDEN)


class Act(StrEnum):
    """What is done to an agreement."""

    ACTIVATE = "activate"
    PAUSE = "pause"
    END = "end"


MEANS: dict[State, Relation] = {
    State.OFFERED: Relation.PENDING,
    State.ACTIVE: Relation.ALLOWED,
    State.PAUSED: Relation.PENDING,
    State.ENDED: Relation.HIDDEN,
}
# From which states to which; an ended agreement stays ended.
LEADS: dict[Act, dict[State, State]] = {
    Act.ACTIVATE: {State.OFFERED: State.ACTIVE, State.PAUSED: State.ACTIVE},
    Act.PAUSE: {State.ACTIVE: State.PAUSED},
    Act.END: {
        State.OFFERED: State.ENDED,
        State.ACTIVE: State.ENDED,
        State.PAUSED: State.ENDED,
    },
}
_SAID: dict[State, str] = {
    State.OFFERED: "is offered, not active yet",
    State.ACTIVE: "is active",
    State.PAUSED: "is paused",
    State.ENDED: "has ended",
}


@dataclass(frozen=True, slots=True)
class Agreement:
    """One row, as it reads at the moment of the picture it is in.

    Attributes:
        parties: the two; of an offer to all, the one who offers.
        modules: module ids; empty means all but custom ones.
        relation: what it says; None when it has not begun, so that it says nothing yet.
    """

    parties: frozenset[PartyId]
    modules: frozenset[str]
    relation: Relation | None
    state: State = State.ACTIVE
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def covers(self, module: Module) -> bool:
        """Whether it is about a module; about a custom one only by name (A-05)."""
        return module.id in self.modules if self.modules else not module.custom

    def __str__(self) -> str:
        names = " and ".join(map(str, sorted(self.parties)))
        return f"the agreement of {names}" if len(self.parties) > 1 else f"{names}'s offer to all"

    def said(self, module: Module) -> str:
        """One clause for whoever is refused because of it."""
        what = f"{self} for {module.id}"
        if self.relation is Relation.HIDDEN and self.ends_at and self.state is not State.ENDED:
            return f"{what} ended at {render(self.ends_at)}"
        if self.relation is None and self.starts_at:
            return f"{what} begins at {render(self.starts_at)}"
        until = f" (until {render(self.ends_at)})" if self.ends_at else ""
        return f"{what} {_SAID[self.state]}{until}"


def relation_at(
    state: State, starts_at: datetime | None, ends_at: datetime | None, now: datetime
) -> Relation | None:
    """What a row says at a moment. Past its end it counts as ended, whatever its state; before its
    start it says nothing."""
    if state is State.ENDED or (ends_at is not None and ends_at <= now):
        return Relation.HIDDEN
    if starts_at is not None and starts_at > now:
        return None
    return MEANS[state]


def deciding(rows: Iterable[Agreement], module: Module) -> Agreement | None:
    """Of rows between the same parties, the newest first, the one that decides on a module: the
    first that is in force, and only where there is none, the first that has ended."""
    saying = [row for row in rows if row.relation is not None and row.covers(module)]
    in_force = (row for row in saying if row.relation is not Relation.HIDDEN)
    return next(in_force, saying[0] if saying else None)


def no_agreement(
    one: PartyId, other: PartyId, module: Module, later: Iterable[Agreement] = ()
) -> str:
    """That two parties have no agreement on a module, and which begins later."""
    needs = "a custom module needs one" if module.custom else "HUB_AGREEMENTS=required"
    begins = "".join(f"; {row.said(module)}" for row in later if row.covers(module))
    return f"no agreement between {one} and {other} for {module.id} ({needs}){begins}"


def flaw(one: str, other: str, starts_at: datetime | None, ends_at: datetime | None) -> str:
    """What is wrong with an agreement as it was written; empty when nothing is."""
    if one == EVERYBODY:
        return "the party that offers to all comes first, * second"
    for party in (one, other):
        if party != EVERYBODY and not _PARTY.fullmatch(party):
            return f"{party!r} is no party such as NL/CPO"
    if one == other:
        return "an agreement is between two different parties"
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        return "it must end after it starts"
    return ""
