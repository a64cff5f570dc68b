"""The notation of the field tables: they read as the property tables of the specification do.

    CONNECTOR = Table(
        "Connector",
        "mod_locations_connector_object",
        {
            "id": one(CiString(36)),             # 1: required
            "max_electric_power": maybe(INT),    # ?: may be absent or null
            "tariff_ids": many(CiString(36)),    # *: a list that may be absent, null or empty
            "standard": one("ConnectorType"),    # the name of another table, or of an enum
        },
    )

`some` is the cardinality `+`: a list of at least one. Names are looked up in the schema of the
version (see `walk.py`), so a newer version is the dictionary of the older with tables changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum as _Enum

# Where the specification gives no maximum: more than any body that the hub takes.
NO_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class CiString:
    """Printable ASCII, compared without case. A `pattern` comes with an example that fits it.
    spec: types_cistring_type"""

    limit: int
    pattern: str = ""
    like: str = ""


@dataclass(frozen=True, slots=True)
class String:
    """Printable Unicode of at most `limit` characters, or ASCII only, as the strings of 2.1.1. A
    `pattern` comes with an example that fits it. spec: types_string_type"""

    limit: int
    pattern: str = ""
    like: str = ""
    is_ascii: bool = False


@dataclass(frozen=True, slots=True)
class Url:
    """An absolute URL of at most 255 characters. spec: types_url_type"""

    limit: int = 255
    pattern: str = r"[A-Za-z][A-Za-z0-9+.\-]*:\S+"
    like: str = "https://example.com/"


@dataclass(frozen=True, slots=True)
class DateTime:
    """A moment in UTC. spec: types_datetime_type"""


@dataclass(frozen=True, slots=True)
class Number:
    """A JSON number of at most that many decimals, where the text says so within two bounds.
    spec: types_number_type"""

    decimals: int = 4
    between: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Int:
    """A whole JSON number of at most `digits` digits, where the text says so within two bounds."""

    digits: int | None = None
    between: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Boolean:
    """JSON true or false."""


Scalar = CiString | String | Url | DateTime | Number | Int | Boolean
Type = Scalar | str

URL = Url()
DATE_TIME = DateTime()
NUMBER = Number()
INT = Int()
BOOLEAN = Boolean()


class Card(_Enum):
    """The cardinality of a field, as the specification writes it."""

    ONE = "1"
    MAYBE = "?"
    MANY = "*"
    SOME = "+"


@dataclass(frozen=True, slots=True)
class Field:
    """The type and the cardinality of one field."""

    type: Type
    card: Card

    @property
    def required(self) -> bool:
        return self.card in (Card.ONE, Card.SOME)

    @property
    def is_list(self) -> bool:
        return self.card in (Card.MANY, Card.SOME)


def one(type_: Type) -> Field:
    """Cardinality 1."""
    return Field(type_, Card.ONE)


def maybe(type_: Type) -> Field:
    """Cardinality ?."""
    return Field(type_, Card.MAYBE)


def many(type_: Type) -> Field:
    """Cardinality *."""
    return Field(type_, Card.MANY)


def some(type_: Type) -> Field:
    """Cardinality +."""
    return Field(type_, Card.SOME)


@dataclass(frozen=True, slots=True)
class Table:
    """The property table of one class: its name, its anchor in the specification, its fields."""

    name: str
    spec: str
    fields: Mapping[str, Field]


def changed(table: Table, fields: Mapping[str, Field], without: tuple[str, ...] = ()) -> Table:
    """The table of the same class in another version: fields added or changed, and taken away."""
    kept = {name: field for name, field in table.fields.items() if name not in without}
    return replace(table, fields={**kept, **fields})


@dataclass(frozen=True, slots=True)
class Enum:
    """The values of one enum; an open one may hold others too."""

    name: str
    spec: str
    values: tuple[str, ...]
    is_open: bool = False


def closed(name: str, spec: str, values: str) -> Enum:
    """An enum of these values and no others; they are separated by blanks."""
    return Enum(name, spec, tuple(values.split()))


def opened(name: str, spec: str, values: str) -> Enum:
    """An enum whose values may be added to by agreement."""
    return Enum(name, spec, tuple(values.split()), is_open=True)


def grown(enum: Enum, values: str = "") -> Enum:
    """The same enum in a version in which it is open, with more values."""
    return replace(enum, values=(*enum.values, *values.split()), is_open=True)
