"""JSON as text: read and replace single values and leave every other byte's meaning alone.

Numbers keep their digits, strings their spelling and unknown members their place, because a
member is carried as the raw text it arrived in and never as a Python value.
"""

import json
from collections.abc import Mapping
from decimal import Decimal

import msgspec

# The byte order mark of UTF-8. JSON may not begin with it, and may be read without it.
MARK = b"\xef\xbb\xbf"
Members = dict[str, msgspec.Raw]
_members = msgspec.json.Decoder(Members)
_items = msgspec.json.Decoder(list[msgspec.Raw])


class JsonError(ValueError):
    """The text is not the JSON that was asked for; the message says where."""


def decode(text: bytes) -> object:
    """Any JSON value, numbers as Python numbers: for decisions, never for writing it out again.
    Raises JsonError, also for nesting that is too deep."""
    try:
        return msgspec.json.decode(text.removeprefix(MARK))
    except RecursionError:
        raise JsonError("the body is nested too deeply") from None
    except (msgspec.DecodeError, ValueError) as error:
        raise JsonError(f"the body is not valid JSON: {error}") from None


def members(text: bytes) -> Members:
    """The members of a JSON object, each as raw text, in order. Raises JsonError."""
    try:
        return _members.decode(text.removeprefix(MARK))
    except RecursionError:
        raise JsonError("the object is nested too deeply") from None
    except (msgspec.DecodeError, ValueError) as error:
        raise JsonError(f"not a JSON object: {error}") from None


def items(text: bytes) -> list[msgspec.Raw]:
    """The items of a JSON array, each as raw text. Raises JsonError."""
    try:
        return _items.decode(text)
    except RecursionError:
        raise JsonError("the array is nested too deeply") from None
    except (msgspec.DecodeError, ValueError) as error:
        raise JsonError(f"not a JSON array: {error}") from None


def only(text: bytes) -> bytes:
    """The one object of a list of one, as some send what is no list; any other text as it is."""
    try:
        found = items(text)
    except JsonError:
        return text
    return bytes(found[0]) if len(found) == 1 else text


def join(parts: Mapping[str, object]) -> bytes:
    """A JSON object from members; raw ones are written as they came."""
    return msgspec.json.encode(parts)


def raw(value: object) -> msgspec.Raw:
    """A Python value as raw JSON text."""
    return msgspec.Raw(msgspec.json.encode(value))


def is_null(text: msgspec.Raw | None) -> bool:
    """Whether a member is absent or JSON null."""
    return text is None or bytes(text).strip() == b"null"


def same(one: bytes, other: bytes) -> bool:
    """Whether two JSON texts say the same: spaces and the order of members do not matter, and
    numbers are compared digit for digit by value."""
    return _exact(one) == _exact(other)


def _exact(text: bytes) -> object:
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def replace(text: bytes, name: str, value: str) -> bytes:
    """The object with one top-level string member replaced; the rest of the text is untouched
    where the old value can be found literally, else the object is written out again from its
    raw members, and so it is where the member stands twice: who reads it may take either."""
    parts = members(text)
    old = bytes(parts[name]).strip()
    new = msgspec.json.encode(value)
    pairs = json.loads(text, object_pairs_hook=list)
    if text.count(old) == 1 and [each for each, _ in pairs].count(name) == 1:
        return text.replace(old, new)
    return join({**parts, name: msgspec.Raw(new)})
