"""The tables of every version: examples of all classes pass, and what is other is other."""

from typing import Any

import pytest

from apps.modules import registry
from hub.ocpi.registry import Match
from hub.ocpi.schema import SCHEMAS, Schema, Severity, check
from hub.ocpi.schema.messages import body_class, result_class
from hub.ocpi.schema.names import OTHER_NAMES, name_in
from tests.ocpi.examples import EXAMPLES
from tests.ocpi.made import spots

EVERY = [(version, name) for version, objects in EXAMPLES.items() for name in objects]


def least(schema: Schema, name: str, value: dict[str, Any]) -> dict[str, Any]:
    """An object with its required fields only, all the way down."""
    made = {}
    for field_name, field in schema.tables[name].fields.items():
        if not field.required:
            continue
        item = value[field_name]
        if isinstance(field.type, str) and field.type in schema.tables:
            inner = [
                least(schema, field.type, each) for each in (item if field.is_list else [item])
            ]
            item = inner[:1] if field.is_list else inner[0]
        made[field_name] = item
    return made


@pytest.mark.ocpi("Y-06", versions=("2.1.1", "2.2.1", "2.3.0"))
@pytest.mark.parametrize(("version", "name"), EVERY)
def test_a_complete_object_and_the_least_one_have_no_findings(version: str, name: str) -> None:
    schema, example = SCHEMAS[version], EXAMPLES[version][name]
    assert check(schema[name], example) == []
    assert check(schema[name], least(schema, name, example)) == []


@pytest.mark.parametrize("version", SCHEMAS)
def test_the_examples_have_every_field_of_every_class(version: str) -> None:
    schema = SCHEMAS[version]
    seen = set()
    for name, example in EXAMPLES[version].items():
        for spot in spots(name, example, schema=schema):
            owner = next(
                n for n, t in schema.tables.items() if t.fields.get(spot.name) is spot.field
            )
            seen.add((owner, spot.name))
    fields = {(name, field) for name, table in schema.tables.items() for field in table.fields}
    assert fields - seen == set()


@pytest.mark.parametrize("version", SCHEMAS)
def test_every_enum_but_those_of_urls_is_the_type_of_a_field(version: str) -> None:
    schema = SCHEMAS[version]
    used = {field.type for table in schema.tables.values() for field in table.fields.values()}
    assert schema.enums.keys() - used <= {"CommandType", "ChargingPreferencesResponse"}


def codes(version: str, name: str, change: dict[str, Any]) -> list[str]:
    example = {**EXAMPLES[version][name], **change}
    return [each.code for each in check(SCHEMAS[version][name], example)]


@pytest.mark.parametrize(
    ("name", "change", "old", "new"),
    [
        ("Location", {"facilities": ["SAUNA"]}, ["not_in_enum"], []),
        ("Location", {"parking_type": "ROOF"}, ["not_in_enum"], []),
        ("Token", {"type": "EMAID"}, ["not_in_enum"], []),
        ("Token", {"whitelist": "SOMETIMES"}, ["not_in_enum"], ["not_in_enum"]),
        ("ClientInfo", {"role": "HUB"}, [], ["not_in_enum"]),
        ("ClientInfo", {"role": "PTP"}, ["not_in_enum"], []),
        ("Version", {"version": "3.0"}, ["not_in_enum"], []),
        ("Session", {"total_cost": {"excl_vat": 1}}, [], ["missing"]),
        ("Session", {"total_cost": {"before_taxes": 1}}, ["missing"], []),
        ("Location", {"parking_places": [{"id": "P1"}]}, [], ["missing"] * 3),
    ],
)
def test_what_2_3_0_changes(
    name: str, change: dict[str, Any], old: list[str], new: list[str]
) -> None:
    assert (codes("2.2.1", name, change), codes("2.3.0", name, change)) == (old, new)


@pytest.mark.ocpi("TA-04", versions=("2.3.0",))
@pytest.mark.parametrize(
    ("told", "expected"), [("N/A", []), ("PERHAPS", ["not_in_enum"]), (None, ["missing"])]
)
def test_a_tariff_of_2_3_0_tells_of_its_taxes(told: str | None, expected: list[str]) -> None:
    assert codes("2.3.0", "Tariff", {"tax_included": told}) == expected


def test_a_price_of_2_2_1_lacks_its_amount_in_2_3_0() -> None:
    findings = check(SCHEMAS["2.3.0"]["CDR"], EXAMPLES["2.2.1"]["CDR"])
    errors = {each.path for each in findings if each.severity is Severity.ERROR}
    assert {"$.total_cost.before_taxes", "$.tariffs[0].tax_included"} <= errors


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        ("Location", {"type": None}, ["missing"]),
        ("Location", {"postal_code": None}, ["missing"]),
        ("Location", {"time_zone": None}, []),
        ("Location", {"id": "x" * 40}, ["too_long"]),
        ("Location", {"id": "Z\u00fcrich"}, ["not_printable"]),
        ("Location", {"city": "Z\u00fcrich"}, []),
        ("Location", {"coordinates": {"latitude": "52.08961", "longitude": "5.1213441"}},
         ["bad_format", "bad_format"]),
        ("Location", {"opening_times": {"regular_hours": []}}, []),
        ("Session", {"total_cost": {"excl_vat": 1}}, ["wrong_type"]),
        ("Session", {"location": "GARAGE"}, ["wrong_type"]),
        ("ReserveNow", {"reservation_id": "17"}, ["wrong_type"]),
        ("Token", {"type": "APP_USER"}, ["not_in_enum"]),
        ("CommandResponse", {"result": "TIMEOUT"}, []),
    ],
)  # fmt: skip
def test_what_2_1_1_has_otherwise(name: str, change: dict[str, Any], expected: list[str]) -> None:
    assert codes("2.1.1", name, change) == expected


def test_names_of_other_versions_lead_somewhere() -> None:
    for version, names in OTHER_NAMES.items():
        for name, other in names.items():
            assert name in SCHEMAS["2.2.1"], name
            assert name not in SCHEMAS[version], name
            assert not other or other in SCHEMAS[version], other
    assert name_in("2.1.1", "Location") == "Location"


def test_the_class_of_a_message_is_that_of_its_version() -> None:
    commands = registry()["commands"]
    route = next(route for route in commands.routes if "POST" in route.operations)
    found = {}
    for version in SCHEMAS:
        match = Match(commands, route.interface, route, route.operations["POST"],
                      {"command": "CANCEL_RESERVATION"})  # fmt: skip
        classes = body_class(match, version), result_class(match, version)
        found[version] = [each and each.name for each in classes]
    assert found == {
        "2.1.1": [None, "CommandResponse"],
        "2.2.1": ["CancelReservation", "CommandResult"],
        "2.3.0": ["CancelReservation", "CommandResult"],
    }
