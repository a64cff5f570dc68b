"""Tests of single values: each type of the tables as a function from a value to its flaw.

A test is made once, when a version's tables are compiled, and called for every value that passes:
its first line is the case in which nothing is wrong.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime
from math import isfinite

from hub.ocpi import datetimes
from hub.ocpi.schema.findings import Kind
from hub.ocpi.schema.notation import (
    Boolean,
    CiString,
    DateTime,
    Enum,
    Int,
    Number,
    Scalar,
    String,
    Url,
)

Flaw = tuple[Kind, str]
Test = Callable[[object], Flaw | None]

# A party that cannot know a required value says so (spec: transport_and_format_not_available).
NOT_AVAILABLE = "#NA"
# What a CDR says whose times are not known (spec: the notes of mod_cdrs_cdr_object).
NO_TIME = "1970-1-1T00:00:00Z"


def test_of(type_: Scalar | Enum, required: bool) -> Test:
    """The test of a type; an empty text is remarked on where the field is required."""
    match type_:
        case Boolean():
            return _boolean
        case DateTime():
            return _date_time
        case Int():
            return _int(type_)
        case Number():
            return _number(type_)
        case Enum():
            return _enum(type_)
        case CiString() | String() | Url():
            return _text(type_, required)


def quoted(value: object) -> str:
    """The beginning of a value, fit for a message."""
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:36]}...{text[0]}"


def wrong(expected: str, value: object) -> Flaw:
    """The flaw of a value that has another JSON type than expected."""
    return Kind.WRONG_TYPE, f"must be {expected}, not {_JSON.get(type(value), 'something else')}."


_JSON = {
    dict: "an object", list: "a list", str: "a string", bool: "true or false", int: "a number",
    float: "a number", type(None): "null",
}  # fmt: skip


def _boolean(value: object) -> Flaw | None:
    return None if value is True or value is False else wrong("true or false", value)


def _text(type_: CiString | String | Url, required: bool) -> Test:
    limit = type_.limit
    ascii_only = isinstance(type_, CiString) or (isinstance(type_, String) and type_.is_ascii)
    has_pattern = re.compile(type_.pattern).fullmatch if type_.pattern else None
    may_be_unknown = not isinstance(type_, Url)

    def test(value: object) -> Flaw | None:
        if type(value) is not str:
            return wrong("a string", value)
        if (
            value.isprintable()
            and 0 < len(value) <= limit
            and (has_pattern is None or has_pattern(value))
            and (not ascii_only or value.isascii())
        ):
            return None
        if value == NOT_AVAILABLE and may_be_unknown:
            return None
        if len(value) > limit:
            return Kind.TOO_LONG, f"must be at most {limit} characters, has {len(value)}."
        if ascii_only and not (value.isascii() and value.isprintable()):
            return Kind.NOT_PRINTABLE, f"must be printable ASCII only, is {quoted(value)}."
        if not _is_printable(value):
            return Kind.NOT_PRINTABLE, f"must have no line breaks or controls: {quoted(value)}."
        if has_pattern is not None and not has_pattern(value):
            return Kind.BAD_FORMAT, f"must be like {type_.like}, is {quoted(value)}."
        if required and not value:
            return Kind.EMPTY, "is empty, but required."
        return None

    return test


def _is_printable(text: str) -> bool:
    """Whether it has no line break, control character or half of a surrogate pair. (Python's
    isprintable also calls a no-break space unprintable.)"""
    return not any(unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp") for each in text)


_spelled = re.compile(
    r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,3})?Z?"
).fullmatch


def _date_time(value: object) -> Flaw | None:
    if type(value) is not str:
        return wrong("a DateTime string", value)
    if _spelled(value):
        try:
            datetime.fromisoformat(value)
        except ValueError:
            pass
        else:
            return None
    if value == NO_TIME:
        return None
    rule = "must be a DateTime in UTC such as 2026-01-31T12:00:00Z"
    try:
        datetimes.parse(value)
    except (ValueError, OverflowError):
        return Kind.NOT_A_DATETIME, f"{rule}, is {quoted(value)}."
    return Kind.BAD_FORMAT, f"{rule}, with at most 3 fraction digits, is {quoted(value)}."


def _int(type_: Int) -> Test:
    digits = type_.digits
    # Without a number of digits in the table any whole number will do; compared, never printed:
    # a number may have a million digits.
    most = 10**digits if digits else None
    low, high = type_.between or (None, None)

    def test(value: object) -> Flaw | None:
        if type(value) is not int:
            if type(value) is float and value.is_integer():
                return Kind.DECIMAL_POINT, "must be a whole number, without a decimal point."
            return wrong("a whole number", value)
        if most is not None and not -most < value < most:
            return Kind.TOO_LONG, f"must be at most {digits} digits long."
        if low is not None and high is not None and not low <= value <= high:
            return Kind.OUT_OF_RANGE, f"must be from {low} to {high}."
        return None

    return test


def _number(type_: Number) -> Test:
    decimals = type_.decimals
    low, high = type_.between or (None, None)

    def test(value: object) -> Flaw | None:
        if type(value) is float:
            if not isfinite(value):
                return Kind.WRONG_TYPE, "must be a finite number."
        elif type(value) is not int:
            return wrong("a number", value)
        if low is not None and high is not None and not low <= value <= high:
            return Kind.OUT_OF_RANGE, f"must be from {low} to {high}."
        if type(value) is float and round(value, decimals) != value:
            return Kind.TOO_PRECISE, f"should have at most {decimals} decimals."
        return None

    return test


def _enum(enum: Enum) -> Test:
    values = frozenset(enum.values)
    if enum.is_open:
        return _text(String(255), required=True)
    listed = ", ".join(enum.values) if len(enum.values) <= 12 else f"the values of {enum.name}"

    def test(value: object) -> Flaw | None:
        if type(value) is not str:
            return wrong("a string", value)
        if value in values:
            return None
        return Kind.NOT_IN_ENUM, f"must be one of {listed}, is {quoted(value)}."

    return test
