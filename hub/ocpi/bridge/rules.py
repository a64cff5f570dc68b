"""The vocabulary of the bridge: for each class and direction, what becomes of its fields.

A field without a rule is carried as it is, and so is a field that no table knows. The objects and
enums inside are found by the tables of hub.ocpi.schema, and have rules of their own.

    CONNECTOR = Rules(
        {
            "voltage": renamed("max_voltage"),
            "max_electric_power": Lose("2.1.1 has no field for it."),
        },
        adds=(Add("power", how=..., says="..."),),
    )
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hub.ocpi.bridge.exact import Object

if TYPE_CHECKING:
    from hub.ocpi.bridge.engine import Spot

# From a value and where it stands to members of the result; none, and it cannot be said.
How = Callable[[object, "Spot"], Object]


@dataclass(frozen=True, slots=True)
class Turn:
    """The field becomes other fields, or the same with another value.

    Attributes:
        to: the fields of the other version that it is said with.
        how: makes them. Nothing made means: left out, and noted by `how`.
        says: what becomes of it, for the documentation.
        in_patch: False where a PATCH with this field means something else in the other version.
        made_of: where the whole object is turned: the member that each of `to` is made of.
    """

    to: tuple[str, ...]
    how: How
    says: str
    in_patch: bool = True
    made_of: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lose:
    """The other version has no field for it. Without a reason nothing is lost by it: the value is
    known otherwise there."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class LeaveOut:
    """What cannot be said inside this field is left out of it, and the rest is carried."""

    why: str


Rule = Turn | Lose | LeaveOut


@dataclass(frozen=True, slots=True)
class Add:
    """A field that the other version requires and this one does not have."""

    field: str
    how: Callable[["Spot"], Object]
    says: str
    in_patch: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """Refuses objects that the other version cannot say at all."""

    look: Callable[["Spot"], None]
    says: str


@dataclass(frozen=True, slots=True)
class Rules:
    """What becomes of a class: `whole` makes the object itself, then nothing else is looked at."""

    fields: Mapping[str, Rule] = field(default_factory=dict)
    adds: tuple[Add, ...] = ()
    checks: tuple[Check, ...] = ()
    whole: Turn | None = None
    patch: str = ""  # why no PATCH of this class can be carried; empty where one can


@dataclass(frozen=True, slots=True)
class Values:
    """What becomes of the values of an enum that the other version does not have.

    Attributes:
        to: the nearest value of the other version.
        otherwise: the value for all others; None where the value is left out.
        refuses: why nothing can be said then, and what holds the value has to be left out.
    """

    to: Mapping[str, str] = field(default_factory=dict)
    otherwise: str | None = None
    refuses: str = ""


@dataclass(frozen=True, slots=True)
class Direction:
    """All rules from one version to the next.

    `scalars` are for types of single values, as DateTime, wherever they stand.
    """

    source: str
    target: str
    classes: Mapping[str, Rules]
    enums: Mapping[str, Values] = field(default_factory=dict)
    scalars: Mapping[type, Callable[[str, "Spot"], str]] = field(default_factory=dict)


def renamed(to: str) -> Turn:
    """The same value under another name."""
    return Turn((to,), lambda value, spot: {to: value}, f"Is `{to}`.")
