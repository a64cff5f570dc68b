"""Field tables and enums as JSON Schemas: the components that every path refers to by name."""

from collections.abc import Mapping
from typing import Any

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
    Type,
    Url,
)
from hub.ocpi.schema.walk import Schema

Json = dict[str, Any]

# spec: types_datetime_type; RFC 3339's own date-time format demands a zone, OCPI does not.
MOMENT: Json = {
    "type": "string",
    "maxLength": 25,
    "pattern": "^[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,3})?Z?$",
    "examples": ["2026-01-31T12:00:00Z"],
}


def components(schema: Schema, patched: Mapping[str, bool]) -> Json:
    """Every class and enum of a version by name, and for the classes that are patched one more,
    whose fields may all be left out, but last_updated where it is true."""
    found = {name: enum_schema(enum) for name, enum in schema.enums.items()}
    found |= {name: object_schema(table) for name, table in schema.tables.items()}
    found |= {patch_name(n): patch_schema(schema.tables[n], told) for n, told in patched.items()}
    return dict(sorted(found.items()))


def object_schema(table: Table) -> Json:
    """The schema of a class. Fields that the table does not have are allowed."""
    return {
        "type": "object",
        "description": f"spec: {table.spec}",
        "properties": {name: field_schema(field) for name, field in table.fields.items()},
        "required": [name for name, field in table.fields.items() if field.required],
        "additionalProperties": True,
    }


def patch_schema(table: Table, stamped: bool) -> Json:
    """The schema of what a PATCH of a class says; `stamped` if it must say when it was updated.
    spec: transport_and_format_patch"""
    required = ["last_updated"] if stamped else []
    return {**object_schema(table), "required": required, "minProperties": 1}


def patch_name(class_name: str) -> str:
    return f"{class_name}Patch"


def enum_schema(enum: Enum) -> Json:
    """The schema of an enum; an open one takes any other text as well."""
    described = {"type": "string", "description": f"spec: {enum.spec}"}
    if enum.is_open:
        return {**described, "examples": list(enum.values)}
    return {**described, "enum": list(enum.values)}


def field_schema(field: Field) -> Json:
    """The schema of a field: an optional one may be null as well as absent."""
    item = type_schema(field.type)
    if not field.is_list:
        return item if field.required else or_null(item)
    if field.required:
        return {"type": "array", "items": item, "minItems": 1}
    return or_null({"type": "array", "items": item})


def or_null(schema: Json) -> Json:
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def type_schema(type_: Type) -> Json:
    """The schema of one value; classes and enums are referred to by name."""
    return ref(type_) if isinstance(type_, str) else _scalar_schema(type_)


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _scalar_schema(type_: Scalar) -> Json:
    match type_:
        case Boolean():
            return {"type": "boolean"}
        case DateTime():
            return MOMENT
        case Url():
            return {"type": "string", "format": "uri", "maxLength": type_.limit}
        case CiString() | String() if type_.pattern:
            pattern = {"pattern": f"^({type_.pattern})$", "examples": [type_.like]}
            return {"type": "string", "maxLength": type_.limit, **pattern}
        case String(is_ascii=False):
            return {"type": "string", "maxLength": type_.limit}
        case CiString() | String():
            return {"type": "string", "maxLength": type_.limit, "pattern": "^[ -~]*$"}
        case Int():
            return {"type": "integer", **_bounds(type_.between, type_.digits)}
        case Number():
            many = f"at most {type_.decimals} decimals"
            return {"type": "number", "description": many, **_bounds(type_.between, None)}


def _bounds(between: tuple[int, int] | None, digits: int | None) -> Json:
    if between is not None:
        return {"minimum": between[0], "maximum": between[1]}
    return {"maximum": 10**digits - 1} if digits else {}
