"""When a platform counts as connected: what an answer proves, how a status changes, when to ask.

Two tables, and rules about time. Nothing here reads the clock; `jitter` is a number from 0 to 1.
spec: mod_hub_client_info_still_alive_check, mod_hub_client_info_hub_connection_type_enum
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from hub.ocpi.status import Code
from hub.routing.network import Status


class Proof(Enum):
    """What something says about whether a platform is there."""

    ALIVE = "alive"
    DOWN = "down"
    NOTHING = "nothing"


class Came(Enum):
    """What came of a request of the hub, in words."""

    ANSWER = "an answer with an HTTP status below 500, whatever it says"
    REFUSED = "HTTP 401 or 403: it refuses the hub's token"
    FAILURE = "HTTP 5xx with an OCPI response"
    NOBODY_BEHIND = "HTTP 502, 503 or 504 without an OCPI response"
    BROKEN = "another HTTP 5xx without an OCPI response"
    TOO_LARGE = "an answer that is too large to be taken in"
    NO_CONNECTION = "no connection: DNS, TCP, TLS, or it broke before an answer"
    NO_ANSWER = "connected, and no whole answer in time"
    NOT_CALLED = "a URL that the hub may not call"


@dataclass(frozen=True, slots=True)
class Proves:
    """What it proves where the request was traffic (a forward, a delivery, a pull), and where it
    was a still-alive check."""

    traffic: Proof
    check: Proof


# A failure of one message says nothing of the connection; a versions page that fails does. A wrong
# token is for people to mend: the platform is there, and may go on calling the hub.
PROVES: Mapping[Came, Proves] = {
    Came.ANSWER: Proves(Proof.ALIVE, Proof.ALIVE),
    Came.REFUSED: Proves(Proof.ALIVE, Proof.ALIVE),
    Came.FAILURE: Proves(Proof.ALIVE, Proof.DOWN),
    Came.NOBODY_BEHIND: Proves(Proof.DOWN, Proof.DOWN),
    Came.BROKEN: Proves(Proof.ALIVE, Proof.DOWN),
    Came.TOO_LARGE: Proves(Proof.ALIVE, Proof.ALIVE),
    Came.NO_CONNECTION: Proves(Proof.DOWN, Proof.DOWN),
    Came.NO_ANSWER: Proves(Proof.DOWN, Proof.DOWN),
    Came.NOT_CALLED: Proves(Proof.NOTHING, Proof.DOWN),
}
_ERRORS = {
    Code.CONNECTION_PROBLEM: Came.NO_CONNECTION,
    Code.TIMEOUT: Came.NO_ANSWER,
    Code.HUB_ERROR: Came.TOO_LARGE,
    Code.INVALID_PARAMETERS: Came.NOT_CALLED,
}
NOBODY_BEHIND = frozenset({502, 503, 504})


def came_of_answer(http: int, *, is_ocpi: bool) -> Came:
    """What an answer is, by its HTTP status and whether its body is an OCPI response."""
    if http in (401, 403):
        return Came.REFUSED
    if http < 500:
        return Came.ANSWER
    if is_ocpi:
        return Came.FAILURE
    return Came.NOBODY_BEHIND if http in NOBODY_BEHIND else Came.BROKEN


def came_of_error(code: Code) -> Came:
    """What it is that there is no answer, by the hub's own code for it."""
    return _ERRORS.get(code, Came.NOT_CALLED)


class Event(Enum):
    """What changes a status, in words."""

    REGISTERED = "it registered, or its credentials were renewed"
    HEARD = "a message came from it"
    ANSWERED = "it answered a request, or a check"
    FAILING = "requests to it failed one after the other"
    SILENT = "it was silent, and checks failed"
    UNREGISTERED = "the registration was ended, by either side"
    INVITED_AGAIN = "an operator let it register again"
    SUSPENDED = "an operator suspended it"
    RESUMED = "an operator resumed it, and it is registered"
    RESUMED_AWAY = "an operator resumed it, and its registration had ended"
    RESUMED_NEW = "an operator resumed it, and it never registered"


_P, _C, _O, _S = Status.PLANNED, Status.CONNECTED, Status.OFFLINE, Status.SUSPENDED

# Event, former status, new status. What is not here does not happen: PLANNED is for who never was
# connected, and only an operator's event leads to SUSPENDED or out of it (D-33).
TRANSITIONS: Mapping[Event, Mapping[Status, Status]] = {
    Event.REGISTERED: {_P: _C, _O: _C, _C: _C},
    Event.HEARD: {_O: _C},
    Event.ANSWERED: {_O: _C},
    Event.FAILING: {_C: _O},
    Event.SILENT: {_C: _O},
    Event.UNREGISTERED: {_C: _O, _O: _O},
    Event.INVITED_AGAIN: {_C: _O, _O: _O},
    Event.SUSPENDED: {_P: _S, _C: _S, _O: _S},
    Event.RESUMED: {_S: _C},
    Event.RESUMED_AWAY: {_S: _O},
    Event.RESUMED_NEW: {_S: _P},
}
# Where one of these finds what it leads to, it is news all the same: a moment and a cause.
RENEWING = frozenset({Event.REGISTERED, Event.UNREGISTERED, Event.INVITED_AGAIN})

# Failed checks in a row that make a platform OFFLINE, and the time between them.
FAILED_CHECKS = 2
CHECK_AGAIN = timedelta(seconds=30)
# How long an OFFLINE platform is left alone after each failed check.
BACK_OFF = tuple(timedelta(seconds=s) for s in (30, 60, 120, 300, 600, 900))
SPLAY = 0.2
# Who went OFFLINE so often within that time does not come back by its own messages: it can be heard
# and not be reached, and all others would be told of every turn. It is asked soon instead.
MOST_FALLS = 3
FALLS_WITHIN = timedelta(hours=1)
# Longer than a check takes, so that one under way is never doubled.
AFTER_MESSAGE = timedelta(seconds=15)
# No fall makes the first check later than that step of BACK_OFF; failed checks may.
MOST_DAMPED = 3


@dataclass(frozen=True, slots=True)
class Watched:
    """What the rules need to know of a platform.

    Attributes:
        since: when its status last changed.
        seen: when it was last heard from, or answered; None for never.
        silence: how long it may be silent; None when it is not asked.
        failed: failed checks in a row.
        due: when the next check is booked; None when none is.
        falls: how often it went OFFLINE within FALLS_WITHIN.
    """

    id: int
    status: Status
    since: datetime
    seen: datetime | None
    silence: timedelta | None
    failed: int = 0
    due: datetime | None = None
    falls: int = 0


def check_due(watched: Watched) -> datetime | None:
    """When to ask a platform whether it is there: a connected one after its silence, one that is
    OFFLINE with back-off, others never. Platforms are splayed, so that those which fell silent
    together are not asked together."""
    if watched.status is Status.OFFLINE:
        return watched.due or watched.since + _back_off(_damped(watched.falls))
    if watched.status is not Status.CONNECTED or watched.silence is None:
        return None
    splay = SPLAY * (watched.id * 0.618 % 1)
    silent = (watched.seen or watched.since) + watched.silence * (1 + splay)
    return max(silent, watched.due or silent)


def check_again(watched: Watched, now: datetime, jitter: float) -> datetime:
    """When to ask again after a failed check; `watched.failed` counts it."""
    pause = CHECK_AGAIN
    if watched.status is Status.OFFLINE:
        pause = _back_off(_damped(watched.falls) + watched.failed)
    return now + pause * (1 - SPLAY + 2 * SPLAY * jitter)


def may_return_by_message(falls: int) -> bool:
    """Whether a message of its own makes an OFFLINE platform CONNECTED; an answer always does."""
    return falls < MOST_FALLS


def check_after_message(checked: datetime | None, at: datetime) -> datetime:
    """When to ask an OFFLINE platform at the latest that was heard from at a moment and may not
    return by that; `checked` is when it was asked last."""
    return max(at, checked + CHECK_AGAIN if checked else at) + AFTER_MESSAGE


def _damped(falls: int) -> int:
    return min(max(0, falls - 1), MOST_DAMPED)


def _back_off(step: int) -> timedelta:
    return BACK_OFF[max(0, min(step, len(BACK_OFF) - 1))]
