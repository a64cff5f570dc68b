"""What newer pushes make of older ones of the same object that wait for the same party.

A whole object, or its removal, says everything that older pushes of it said. A PATCH says a part:
it is merged into the push before it of the same URL, so that a burst of changes goes out as one.
What came late, by its last_updated, takes nothing newer away and becomes no part of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote

from hub.ocpi import datetimes, jsontext, nested
from hub.ocpi.ids import fold
from hub.ocpi.merge import merged
from hub.ocpi.module import Effect

_WHOLE = frozenset({Effect.REPLACE, Effect.REMOVE})


def supersedes(newer: Effect) -> bool:
    """Whether a push of a whole object of this kind replaces every older push of the same object
    that has not been tried yet. One that was tried may be under way: it keeps its place, ahead of
    the newer one."""
    return newer in _WHOLE


@dataclass(frozen=True, slots=True)
class Waiting:
    """A push that waits and was not tried yet; `tail` and `query` are its URL, `version` is that of
    its body."""

    id: int
    method: str
    tail: str
    query: str
    body: bytes
    version: str = ""


@dataclass(slots=True)
class Coalesced:
    """A push that stays, with what it takes over: the newest of its parts, and the ids of those
    that need not go out any more."""

    last: Waiting
    method: str
    body: bytes
    gone: list[int] = field(default_factory=list)


def coalesced(waiting: Sequence[Waiting], member: str = "") -> list[Coalesced]:
    """The pushes of one object for one party, oldest first, as few as say the same in an order
    that leads to the same end: none passes one of an object around it or inside it. A PATCH that
    names `member`, the list of nested objects, adds to it, so it is merged into nothing."""
    kept: list[Coalesced] = []
    for push in waiting:
        if push.method in ("PUT", "DELETE"):
            inside = [
                each
                for each in kept
                if _is_around(push, each.last) and not _is_older(push.body, each.body)
            ]
            kept = [each for each in kept if each not in inside]
            gone = [number for each in inside for number in (*each.gone, each.last.id)]
            kept.append(Coalesced(push, push.method, push.body, gone))
            continue
        before = _mergeable(kept, push) if push.method == "PATCH" else None
        body = _merged(before, push, member) if before is not None else None
        if before is None or body is None:
            kept.append(Coalesced(push, push.method, push.body))
            continue
        kept.remove(before)
        kept.append(Coalesced(push, before.method, body, [*before.gone, before.last.id]))
    return kept


def _mergeable(kept: Sequence[Coalesced], patch: Waiting) -> Coalesced | None:
    """The push of the same URL and version that a PATCH may be merged into: nothing related came
    after it, and it is not newer."""
    for each in reversed(kept):
        if _url(each.last) == _url(patch):
            fits = each.method in ("PUT", "PATCH") and each.last.version == patch.version
            return each if fits and not _is_older(patch.body, each.body) else None
        if _is_around(each.last, patch) or _is_around(patch, each.last):
            return None
    return None


def _merged(before: Coalesced, patch: Waiting, member: str) -> bytes | None:
    """The body of both; None where that would say something else than one after the other."""
    try:
        return None if member in jsontext.members(patch.body) else merged(before.body, patch.body)
    except jsontext.JsonError:
        return None


def _is_older(one: bytes, other: bytes) -> bool:
    """Whether one body is older than another; without both moments it never is."""
    mine, theirs = _updated(one), _updated(other)
    return mine is not None and theirs is not None and mine < theirs


def _updated(body: bytes) -> datetime | None:
    try:
        spelled = nested.last_updated(body)
    except jsontext.JsonError:
        return None
    return datetimes.parse(spelled) if spelled is not None else None


def _is_around(one: Waiting, other: Waiting) -> bool:
    """Whether one is a push of the same object as the other, or of what that is inside of."""
    outer, inner = _url(one), _url(other)
    return outer[1] == inner[1] and inner[0][: len(outer[0])] == outer[0]


def _url(push: Waiting) -> tuple[tuple[str, ...], str]:
    segments = (segment for segment in push.tail.split("/") if segment)
    return tuple(fold(unquote(segment)) for segment in segments), push.query
