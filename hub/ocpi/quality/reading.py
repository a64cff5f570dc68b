"""Reads fields of objects that may be anything: what is not as expected reads as not there.

The rules look at objects as they came, whether or not these follow their tables.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from hub.ocpi import datetimes
from hub.ocpi.schema.values import NOT_AVAILABLE

Object = dict[str, object]

# Beyond this nothing is a price, an energy or a time, and decimals would overflow.
LARGEST = 10**12


def text(thing: Object, name: str) -> str:
    """A string, empty when there is none or it is #NA."""
    value = thing.get(name)
    return value if isinstance(value, str) and value != NOT_AVAILABLE else ""


def number(thing: Object, name: str) -> Decimal | None:
    """A number with the digits it was written with. (A float's repr has those of the JSON text, up
    to 15 of them; Decimals are taken as they are.)"""
    value = thing.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    if not -LARGEST < value < LARGEST:
        return None
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def moment(thing: Object, name: str) -> datetime | None:
    """A DateTime in UTC, with tolerance."""
    value = text(thing, name)
    try:
        if len(value) == len("2026-03-01T10:00:00Z") and value[-1] == "Z":
            return datetime.fromisoformat(value)  # nearly all are: ten times faster
    except ValueError:
        pass
    try:
        return datetimes.parse(value)
    except (ValueError, OverflowError):
        return None


def inner(thing: Object, name: str) -> Object:
    """The object in a field, an empty one when there is none."""
    value = thing.get(name)
    return value if isinstance(value, dict) else {}


def items(thing: Object, name: str) -> Iterator[tuple[str, Object]]:
    """The objects in a list, each with its path: `.evses[0]`."""
    value = thing.get(name)
    if isinstance(value, list):
        for position, each in enumerate(value):
            if isinstance(each, dict):
                yield f".{name}[{position}]", each


def is_given(thing: Object, name: str) -> bool:
    """Whether a field says something: it is there and not null or empty."""
    return thing.get(name) not in (None, "", [], NOT_AVAILABLE)
