"""Whether one can charge at a Location, in five words: what the statuses of its EVSEs come to."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class State:
    """One of them: its letter on the map, how people read it, and the EVSE statuses it is of."""

    letter: str
    words: str
    statuses: tuple[str, ...]


# The first that any EVSE is in is the Location's. spec: mod_locations_status_enum
STATES = {
    "available": State("A", "available", ("AVAILABLE",)),
    "in_use": State("C", "in use", ("CHARGING", "RESERVED", "BLOCKED")),
    "out_of_order": State("O", "out of order", ("OUTOFORDER", "INOPERATIVE")),
    "planned": State("P", "planned", ("PLANNED",)),
    "unknown": State("U", "unknown", ("UNKNOWN",)),
}
GONE = "REMOVED"
_OF = {status: name for name, state in STATES.items() for status in state.statuses}


def state_of(statuses: Sequence[str]) -> str | None:
    """The state of a Location whose EVSEs have these statuses; None when all were removed."""
    there = {_OF.get(status, "unknown") for status in statuses if status != GONE}
    if statuses and not there:
        return None
    return next((name for name in STATES if name in there), "unknown")
