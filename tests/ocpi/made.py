"""Objects made from the field tables: full ones, and whatever hypothesis thinks of."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from hub.ocpi.schema import SCHEMAS, Schema
from hub.ocpi.schema.notation import (
    Boolean,
    CiString,
    DateTime,
    Enum,
    Field,
    Int,
    Number,
    Scalar,
    String,
    Table,
    Url,
)

SCHEMA = SCHEMAS["2.2.1"]
ASCII = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
PRINTABLE = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))
PRECISION = ("seconds", "milliseconds")


def full(name: str, schema: Schema = SCHEMA) -> dict[str, Any]:
    """An object with every field of its table."""
    table = schema.tables[name]
    return {
        field_name: [_value(field, schema)] if field.is_list else _value(field, schema)
        for field_name, field in table.fields.items()
    }


def _value(field: Field, schema: Schema) -> Any:
    type_ = field.type
    match type_:
        case str():
            enum = schema.enums.get(type_)
            return enum.values[0] if enum else full(type_, schema)
        case CiString() | String():
            return type_.like or "x" * type_.limit
        case Url():
            return "https://example.com/" + "x" * 235
        case DateTime():
            return "2026-03-01T10:00:00Z"
        case Int():
            return 7
        case Number():
            return 12.5
        case Boolean():
            return True


def objects(name: str, schema: Schema = SCHEMA) -> st.SearchStrategy[dict[str, Any]]:
    """Any valid object of a class, with and without what is optional."""
    fields = schema.tables[name].fields
    required = {n: _field(f, schema) for n, f in fields.items() if f.required}
    optional = {n: st.none() | _field(f, schema) for n, f in fields.items() if not f.required}
    return st.fixed_dictionaries(required, optional=optional)


def _field(field: Field, schema: Schema) -> st.SearchStrategy[Any]:
    type_ = field.type
    if not isinstance(type_, str):
        item = _scalar(type_)
    elif type_ in schema.enums:
        item = st.sampled_from(schema.enums[type_].values)
    else:
        name = type_
        item = st.deferred(lambda: objects(name, schema))
    return st.lists(item, min_size=int(field.required), max_size=2) if field.is_list else item


def _scalar(type_: Scalar) -> st.SearchStrategy[Any]:
    match type_:
        case CiString() | String() | Url() if type_.pattern:
            letters = ASCII if isinstance(type_, CiString | Url) else PRINTABLE
            matching = st.from_regex(type_.pattern, fullmatch=True, alphabet=letters)
            return matching.filter(lambda text: len(text) <= type_.limit)
        case CiString() | String(is_ascii=True):
            return st.text(ASCII, min_size=1, max_size=min(type_.limit, 60))
        case String():
            return st.text(PRINTABLE, min_size=1, max_size=min(type_.limit, 60))
        case Url():
            return st.just("https://example.com/")
        case DateTime():
            return st.builds(_spelled, st.datetimes(), st.sampled_from(PRECISION), st.booleans())
        case Int():
            low, high = type_.between or (0, 10 ** (type_.digits or 9) - 1)
            return st.integers(low, high)
        case Number():
            low, high = type_.between or (-(10**6), 10**6)
            scale = 10**type_.decimals
            return st.integers(low * scale, high * scale).map(lambda whole: whole / scale)
        case Boolean():
            return st.booleans()


def _spelled(moment: datetime, precision: str, with_zone: bool) -> str:
    return moment.isoformat(timespec=precision) + "Z" * with_zone


@dataclass(frozen=True)
class Spot:
    """A field that is there in an object: its path, the object it is in, its row of the table."""

    path: str
    inside: dict[str, Any]
    name: str
    field: Field


def spots(
    name: str, value: dict[str, Any], path: str = "$", schema: Schema = SCHEMA
) -> Iterator[Spot]:
    """Every field that an object of that class has, nested ones too."""
    for field_name, field in schema.tables[name].fields.items():
        inner = value.get(field_name)
        if inner is None:
            continue
        where = f"{path}.{field_name}"
        yield Spot(where, value, field_name, field)
        if isinstance(field.type, str) and field.type in schema.tables:
            if field.is_list:
                for number, item in enumerate(inner):
                    yield from spots(field.type, item, f"{where}[{number}]", schema)
            else:
                yield from spots(field.type, inner, where, schema)


def enum_of(field: Field, schema: Schema = SCHEMA) -> Enum | None:
    """The enum of a field, None when it has none."""
    return schema.enums.get(field.type) if isinstance(field.type, str) else None


def json_values() -> st.SearchStrategy[Any]:
    """Whatever JSON can hold, and what it should not: half surrogates, endless numbers."""
    scalars = (
        st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats()
        | st.text(st.characters(), max_size=20) | st.just("\ud800") | st.just("x" * 10_000)
        | st.sampled_from(["2026-02-30T00:00:00Z", "9999-12-31T24:00:00Z", "0000-01-01T00:00:00Z"])
    )  # fmt: skip
    names = st.sampled_from(
        sorted({n for schema in SCHEMAS.values() for t in schema.tables.values() for n in t.fields})
    )
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names | st.text(), inner),
        max_leaves=12,
    )


def classes() -> list[Table]:
    """The tables, in order."""
    return list(SCHEMA.tables.values())
