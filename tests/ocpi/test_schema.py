"""The field tables and their walker: what is found, where, by which code, and what it refuses."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from apps.sandbox import drivers, network, prices
from apps.sandbox.jsonbytes import encode
from hub.ocpi.jsontext import decode
from hub.ocpi.schema import Finding, Kind, Mode, Schema, Severity, check, refusing
from hub.ocpi.schema.findings import MOST
from hub.ocpi.schema.notation import INT, CiString, Int, String, Table, Url, maybe, one
from hub.ocpi.schema.walk import BadTable
from tests.gateway import objects
from tests.ocpi.made import SCHEMA, full

ABSENT = object()


def found(name: str, value: object, partial: bool = False) -> list[tuple[str, str]]:
    return [(each.path, each.code) for each in check(SCHEMA[name], value, partial)]


def changed(name: str, change: dict[str, Any]) -> dict[str, Any]:
    merged = full(name) | change
    return {key: value for key, value in merged.items() if value is not ABSENT}


@pytest.mark.parametrize("name", SCHEMA.tables)
def test_an_object_with_all_its_fields_passes(name: str) -> None:
    assert check(SCHEMA[name], full(name)) == []


@pytest.mark.parametrize("name", SCHEMA.tables)
def test_an_object_with_its_required_fields_passes(name: str) -> None:
    fields = SCHEMA.tables[name].fields
    least = {key: value for key, value in full(name).items() if fields[key].required}
    assert check(SCHEMA[name], least) == []
    empty: dict[str, Any] = {key: [] if field.is_list else None for key, field in fields.items()
             if not field.required}  # fmt: skip
    assert check(SCHEMA[name], least | empty) == []


@pytest.mark.parametrize(
    ("name", "change", "path", "code"),
    [
        ("Connector", {"standard": ABSENT}, "$.standard", "missing"),
        ("Connector", {"standard": None}, "$.standard", "missing"),
        ("EVSE", {"connectors": None}, "$.connectors", "missing"),
        ("EVSE", {"connectors": []}, "$.connectors", "empty_list"),
        ("EVSE", {"connectors": {}}, "$.connectors", "wrong_type"),
        ("EVSE", {"connectors": [None]}, "$.connectors[0]", "wrong_type"),
        ("EVSE", {"images": "none"}, "$.images", "wrong_type"),
        ("EVSE", {"physical_reference": 4}, "$.physical_reference", "wrong_type"),
        ("Location", {"publish": "true"}, "$.publish", "wrong_type"),
        ("Location", {"publish": 1}, "$.publish", "wrong_type"),
        ("Location", {"coordinates": "52.1,5.1"}, "$.coordinates", "wrong_type"),
        ("Location", {"address": "x" * 256}, "$.address", "too_long"),
        ("Location", {"city": "Den\nHaag"}, "$.city", "not_printable"),
        ("Location", {"city": "\ud800"}, "$.city", "not_printable"),
        ("Location", {"id": "Zürich"}, "$.id", "not_printable"),
        ("Location", {"id": "L\t1"}, "$.id", "not_printable"),
        ("Location", {"id": ""}, "$.id", "empty"),
        ("Location", {"facilities": ["WIFI", "POOL"]}, "$.facilities[1]", "not_in_enum"),
        ("Location", {"facilities": [7]}, "$.facilities[0]", "wrong_type"),
        ("Location", {"parking_type": "on_street"}, "$.parking_type", "not_in_enum"),
        ("Location", {"last_updated": 0}, "$.last_updated", "wrong_type"),
        ("Location", {"last_updated": "now"}, "$.last_updated", "not_a_datetime"),
        ("Location", {"last_updated": ""}, "$.last_updated", "not_a_datetime"),
        ("Location", {"last_updated": "2026-02-30T00:00:00Z"}, "$.last_updated", "not_a_datetime"),
        ("Location", {"last_updated": "9999-12-31T24:00:00Z"}, "$.last_updated", "not_a_datetime"),
        ("Location", {"last_updated": "2026-02-03T00:00:00+00:00"}, "$.last_updated", "bad_format"),
        ("Location", {"last_updated": "2026-02-03T00:00:00.1234Z"}, "$.last_updated", "bad_format"),
        ("Location", {"last_updated": "2026-02-03T24:00:00Z"}, "$.last_updated", "bad_format"),
        ("Location", {"last_updated": "2026-02-03 00:00:00Z"}, "$.last_updated", "bad_format"),
        ("BusinessDetails", {"website": "www.example.com"}, "$.website", "bad_format"),
        ("GeoLocation", {"latitude": "52.090"}, "$.latitude", "bad_format"),
        ("GeoLocation", {"latitude": "152.09073"}, "$.latitude", "bad_format"),
        ("GeoLocation", {"longitude": 5.12142}, "$.longitude", "wrong_type"),
        ("RegularHours", {"weekday": 0}, "$.weekday", "out_of_range"),
        ("RegularHours", {"weekday": "1"}, "$.weekday", "wrong_type"),
        ("RegularHours", {"weekday": 10}, "$.weekday", "too_long"),
        ("RegularHours", {"period_end": "24:00"}, "$.period_end", "bad_format"),
        ("Connector", {"max_voltage": 230.0}, "$.max_voltage", "decimal_point"),
        ("Connector", {"max_voltage": 230.5}, "$.max_voltage", "wrong_type"),
        ("Connector", {"max_voltage": True}, "$.max_voltage", "wrong_type"),
        ("Image", {"width": 100_000}, "$.width", "too_long"),
        ("Image", {"width": 10**5000}, "$.width", "too_long"),
        ("Price", {"excl_vat": "0.25"}, "$.excl_vat", "wrong_type"),
        ("Price", {"excl_vat": True}, "$.excl_vat", "wrong_type"),
        ("Price", {"excl_vat": 0.12345}, "$.excl_vat", "too_precise"),
        ("Price", {"excl_vat": float("nan")}, "$.excl_vat", "wrong_type"),
        ("EnergySource", {"percentage": 101}, "$.percentage", "out_of_range"),
        ("ChargingProfilePeriod", {"limit": 8.15}, "$.limit", "too_precise"),
        ("TariffRestrictions", {"start_date": "2026-1-1"}, "$.start_date", "bad_format"),
        ("Credentials", {"token": "with blanks"}, "$.token", "bad_format"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_found_where_it_is(
    name: str, change: dict[str, Any], path: str, code: str
) -> None:
    assert found(name, changed(name, change)) == [(path, code)]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("Location", {"city": "Zürich\u00a0West"}),
        ("Location", {"new_in_3_0": {"anything": None}}),
        ("Location", {"charging_when_closed": None, "images": None}),
        ("Location", {"last_updated": "2026-12-29T17:45:09.2"}),
        ("Session", {"evse_uid": "#NA", "connector_id": "#NA"}),
        ("CdrToken", {"country_code": "#NA"}),
        ("CDR", {"start_date_time": "1970-1-1T00:00:00Z"}),
        ("Price", {"excl_vat": 10**400}),
        ("Price", {"excl_vat": -1}),
        ("Endpoint", {"identifier": "nltnm-tokens"}),
    ],
)
def test_what_may_look_wrong_and_is_not(name: str, change: dict[str, Any]) -> None:
    assert found(name, changed(name, change)) == []


def test_a_path_leads_through_lists_and_objects() -> None:
    location = objects.location(evses=[objects.evse(), objects.evse("E2", connectors=[
        objects.connector(), objects.connector("2", standard="PLUG")])])  # fmt: skip
    assert found("Location", location) == [("$.evses[1].connectors[1].standard", "not_in_enum")]


def test_everything_is_found_in_one_pass() -> None:
    evse = objects.evse(status="Available", floor_level="ground", connectors=[{}])
    codes = [code for _, code in found("EVSE", evse)]
    assert sorted(codes) == ["missing"] * 7 + ["not_in_enum", "too_long"]


@pytest.mark.parametrize("value", [None, [], "L1", 1, 1.5, True, [{}]])
def test_a_body_that_is_no_object_has_the_wrong_type(value: object) -> None:
    assert found("Location", value) == [("$", "wrong_type")]
    assert found("Location", value, partial=True) == [("$", "wrong_type")]


def test_part_of_an_object_may_lack_anything_but_what_is_there_is_checked() -> None:
    assert found("Location", {}, partial=True) == []
    assert found("Location", {"name": None, "city": None}, partial=True) == []
    patch = {"city": 5, "coordinates": {"latitude": "52.090736"}}
    expected = [("$.city", "wrong_type"), ("$.coordinates.longitude", "missing")]
    assert found("Location", patch, partial=True) == expected


def test_a_message_names_the_field_and_the_rule_and_shows_little_of_the_value() -> None:
    long = "x" * 5_000
    location = changed("Location", {"parking_type": long, "last_updated": long, "city": 7})
    findings = {each.path: each for each in check(SCHEMA["Location"], location)}
    assert findings["$.city"].message == "city: must be a string, not a number."
    for path in ("$.parking_type", "$.last_updated"):
        assert findings[path].message.startswith(path[2:] + ": must be ")
        assert "x" * 35 in findings[path].message
        assert "x" * 41 not in findings[path].message


def test_a_pattern_comes_with_an_example_that_fits() -> None:
    types = [field.type for table in SCHEMA.tables.values() for field in table.fields.values()]
    patterned = [each for each in types if isinstance(each, CiString | String | Url)]
    for each in patterned:
        assert bool(each.pattern) == bool(each.like)
        assert re.fullmatch(each.pattern, each.like)


def test_the_walk_of_a_bad_object_ends_soon() -> None:
    findings = check(SCHEMA["Location"], changed("Location", {"evses": [7] * 100_000}))
    assert len(findings) == MOST + 1
    assert (findings[-1].path, findings[-1].code) == ("$", "cut_short")


def test_remarks_do_not_hide_what_is_refused() -> None:
    location = changed("Location", {"facilities": ["POOL"] * 10_000, "last_updated": "now"})
    findings = check(SCHEMA["Location"], location)
    assert [each.code for each in refusing(Mode.LENIENT, findings)] == ["not_a_datetime"]
    assert len(findings) == MOST + 2


@pytest.mark.parametrize(
    ("mode", "refused"),
    [
        (Mode.OBSERVE, set()),
        (Mode.LENIENT, {Severity.ERROR}),
        (Mode.STRICT, {Severity.ERROR, Severity.WARNING}),
    ],
)
def test_a_mode_refuses_by_severity(mode: Mode, refused: set[Severity]) -> None:
    findings = [Finding("$", severity.value, severity, "") for severity in Severity]
    assert {each.severity for each in refusing(mode, findings)} == refused


def test_every_code_is_documented_and_is_used_once() -> None:
    page = (Path(__file__).parents[2] / "docs" / "schema.md").read_text()
    for kind in Kind:
        assert f"| `{kind.code}` | {kind.severity} | {kind.meaning} |" in page
    assert len({kind.code for kind in Kind}) == len(Kind)


SAMPLES: list[tuple[str, Callable[[], Iterable[Any]]]] = [
    ("Location", lambda: [objects.location()]),
    ("Tariff", lambda: [objects.tariff()]),
    ("Token", lambda: [objects.token()]),
    ("Session", lambda: [objects.session()]),
    ("CDR", lambda: [objects.cdr()]),
    ("Location", lambda: network.locations(("NL", "CPO"), 50)),
    ("Tariff", lambda: prices.tariffs(("NL", "CPO"), prices.WORTH)),
    ("Token", lambda: drivers.tokens(("DE", "MSP"), 50)),
]


@pytest.mark.parametrize(("name", "make"), SAMPLES)
def test_the_samples_of_our_tests_and_of_the_sandbox_pass(
    name: str, make: Callable[[], Iterable[Any]]
) -> None:
    samples = decode(encode(list(make())))
    assert isinstance(samples, list)
    assert [found(name, sample) for sample in samples if found(name, sample)] == []


def test_a_table_that_names_nothing_is_refused_by_name() -> None:
    with pytest.raises(BadTable, match=r"9: Thing of Box: there is no such class or enum"):
        Schema("9", {"Box": Table("Box", "", {"inside": one("Thing")})}, {})


def test_a_table_that_contains_itself_is_refused_by_name() -> None:
    with pytest.raises(BadTable, match=r"9: Box of Box: a class cannot contain itself"):
        Schema("9", {"Box": Table("Box", "", {"inside": maybe("Box")})}, {})


def test_a_version_is_the_tables_of_another_with_some_changed() -> None:
    connector = SCHEMA.tables["Connector"]
    grown = Table(connector.name, connector.spec, {**connector.fields, "max_voltage": one(Int(2)),
                                                   "rows": one(INT)})  # fmt: skip
    newer = Schema("9", {**SCHEMA.tables, "Connector": grown}, SCHEMA.enums)
    paths = [each.path for each in check(newer["Location"], objects.location())]
    where = "$.evses[0].connectors[0]"
    assert paths == [f"{where}.rows", f"{where}.max_voltage"]


def test_a_bare_value_is_checked_as_an_object_is() -> None:
    assert found("ChargingPreferencesResponse", "ACCEPTED") == []
    assert found("ChargingPreferencesResponse", "MAYBE") == [("$", "not_in_enum")]
    assert found("ChargingPreferencesResponse", None) == [("$", "wrong_type")]
