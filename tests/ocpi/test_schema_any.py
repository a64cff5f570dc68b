"""Whatever object: a valid one has no findings, one mistake has one, and nothing ever raises."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.ocpi.schema import SCHEMAS, Schema, check
from hub.ocpi.schema.notation import NO_LIMIT, CiString, String
from tests.ocpi.made import SCHEMA, Spot, enum_of, json_values, objects, spots

EVERY = [(schema, name) for schema in SCHEMAS.values() for name in sorted(schema.tables)]
SLOW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def documents(draw: st.DrawFn) -> tuple[Schema, str, dict[str, Any]]:
    schema, name = draw(st.sampled_from(EVERY))
    return schema, name, draw(objects(name, schema))


@SLOW
@given(documents())
def test_a_valid_object_has_no_findings(document: tuple[Schema, str, dict[str, Any]]) -> None:
    schema, name, value = document
    assert check(schema[name], value) == []


@SLOW
@given(documents())
def test_a_valid_object_is_a_valid_part_of_one(
    document: tuple[Schema, str, dict[str, Any]],
) -> None:
    schema, name, value = document
    assert check(schema[name], value, partial=True) == []


def mistakes(spot: Spot, schema: Schema) -> list[tuple[str, Any]]:
    """The codes that one field can be given, and the value that does it; `...` takes it away."""
    type_ = spot.field.type
    made: list[tuple[str, Any]] = [("wrong_type", {"no": "list"} if spot.field.is_list else [7])]
    if spot.field.required:
        made += [("missing", ...), ("missing", None)]
    if spot.field.is_list:
        return [*made, ("empty_list", [])] if spot.field.required else made
    if isinstance(type_, CiString | String) and type_.limit < NO_LIMIT:
        made.append(("too_long", "x" * (type_.limit + 1)))
    if isinstance(type_, CiString) or (isinstance(type_, String) and type_.is_ascii):
        made.append(("not_printable", "é"))
    if (enum := enum_of(spot.field, schema)) and not enum.is_open:
        made.append(("not_in_enum", "NO_SUCH_VALUE"))
    return made


@SLOW
@given(documents(), st.data())
def test_one_mistake_has_one_finding_where_it_is(
    document: tuple[Schema, str, dict[str, Any]], data: st.DataObject
) -> None:
    schema, name, value = document
    there = list(spots(name, value, schema=schema))
    if not there:
        return
    spot = data.draw(st.sampled_from(there))
    code, mistake = data.draw(st.sampled_from(mistakes(spot, schema)))
    if mistake is ...:
        del spot.inside[spot.name]
    else:
        spot.inside[spot.name] = mistake
    findings = check(schema[name], value)
    assert [(each.path, each.code) for each in findings] == [(spot.path, code)]


@SLOW
@given(st.sampled_from(EVERY), json_values(), st.booleans())
def test_no_value_raises(schema_and_name: tuple[Schema, str], value: Any, partial: bool) -> None:
    schema, name = schema_and_name
    check(schema[name], value, partial)


@SLOW
@given(documents(), json_values(), st.data())
def test_no_value_inside_an_object_raises(
    document: tuple[Schema, str, dict[str, Any]], anything: Any, data: st.DataObject
) -> None:
    schema, name, value = document
    there = list(spots(name, value, schema=schema))
    if there:
        spot = data.draw(st.sampled_from(there))
        spot.inside[spot.name] = [anything] if data.draw(st.booleans()) else anything
    for finding in check(schema[name], value):
        assert len(finding.message) < 400
        finding.message.encode()


def test_deep_nesting_is_not_followed() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert [each.code for each in check(SCHEMA["Location"], {"evses": deep})].count("missing")
