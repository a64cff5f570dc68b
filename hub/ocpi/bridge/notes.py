"""What came of a conversion: a text with what was lost or assumed, or why there is none."""

from dataclasses import dataclass
from enum import StrEnum


class What(StrEnum):
    """What happened to a value."""

    LOST = "lost"  # it is not in the result
    CHANGED = "changed"  # the nearest that the other version can say stands for it
    ASSUMED = "assumed"  # the result says what the input did not


class Verdict(StrEnum):
    """Why there is no result, and so what to do."""

    WITHHELD = "withheld"  # the other version cannot say it: nothing is to be sent
    WHOLE = "whole"  # a PATCH that would mean something else: send the whole kept object
    LACKING = "lacking"  # a fact is lacking that the hub may come to know: hold it
    UNREADABLE = "unreadable"  # not JSON, or not an object


@dataclass(frozen=True, slots=True)
class Note:
    """One loss or assumption.

    Attributes:
        path: where, as `$.evses[0].parking`, in the object that was to be converted.
        what: what happened there.
        why: for people, without any value of the object.
        version: the version of that object.
    """

    path: str
    what: What
    why: str
    version: str

    @property
    def field(self) -> str:
        """The path without positions in lists, for counting: `$.evses.parking`."""
        return without_positions(self.path)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an object could not be converted; attributes as those of a Note."""

    verdict: Verdict
    path: str
    why: str
    version: str


class Refused(Exception):
    """Raised where a value cannot be said in the other version; the engine makes it a Refusal."""

    def __init__(self, refusal: Refusal):
        super().__init__(refusal.why)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Bridged:
    """One object in the other version, or the reason why not: either text or refusal is None."""

    text: bytes | None
    notes: tuple[Note, ...] = ()
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class BridgedList:
    """A list in the other version: the items that could be converted, and the positions of those
    that could not, with the reason. `refusal` is for the whole of it, and then there is no text."""

    text: bytes | None
    notes: tuple[Note, ...] = ()
    withheld: tuple[tuple[int, Refusal], ...] = ()
    refusal: Refusal | None = None


def without_positions(path: str) -> str:
    """`$.evses[0].parking` as `$.evses.parking`."""
    head, *rest = path.split("[")
    return head + "".join(part.partition("]")[2] for part in rest)
