"""What newer pushes make of older ones of the same object that wait for the same party.

A whole object, or its removal, says everything that older pushes of it said. A PATCH says a part:
it is merged into the push before it of the same URL, so that a burst of changes goes out as one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

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


def coalesced(waiting: Sequence[Waiting]) -> list[Coalesced]:
    """The pushes of one object for one party, oldest first, as few as say the same in an order
    that leads to the same end: none passes one of an object around it or inside it."""
    kept: list[Coalesced] = []
    for push in waiting:
        if push.method in ("PUT", "DELETE"):
            inside = [each for each in kept if _is_around(push, each.last)]
            kept = [each for each in kept if each not in inside]
            gone = [number for each in inside for number in (*each.gone, each.last.id)]
            kept.append(Coalesced(push, push.method, push.body, gone))
            continue
        before = _mergeable(kept, push) if push.method == "PATCH" else None
        if before is None:
            kept.append(Coalesced(push, push.method, push.body))
            continue
        kept.remove(before)
        body = merged(before.body, push.body)
        kept.append(Coalesced(push, before.method, body, [*before.gone, before.last.id]))
    return kept


def _mergeable(kept: Sequence[Coalesced], patch: Waiting) -> Coalesced | None:
    """The push of the same URL and version that a PATCH may be merged into: nothing related came
    after it."""
    for each in reversed(kept):
        if _url(each.last) == _url(patch):
            fits = each.method in ("PUT", "PATCH") and each.last.version == patch.version
            return each if fits else None
        if _is_around(each.last, patch) or _is_around(patch, each.last):
            return None
    return None


def _is_around(one: Waiting, other: Waiting) -> bool:
    """Whether one is a push of the same object as the other, or of what that is inside of."""
    outer, inner = _url(one), _url(other)
    return outer[1] == inner[1] and inner[0][: len(outer[0])] == outer[0]


def _url(push: Waiting) -> tuple[tuple[str, ...], str]:
    segments = (segment for segment in push.tail.split("/") if segment)
    return tuple(fold(unquote(segment)) for segment in segments), push.query
