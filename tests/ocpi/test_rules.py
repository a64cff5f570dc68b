"""The rules beyond the field tables: for each one an object that keeps it and one that does not."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.sandbox import drivers, network, prices
from apps.sandbox.jsonbytes import encode
from apps.sandbox.places import CITIES
from hub.ocpi.jsontext import decode
from hub.ocpi.quality import RULES, remarks
from hub.ocpi.quality.countries import COUNTRIES
from hub.ocpi.schema import SCHEMAS, Kind
from tests.gateway import objects
from tests.ocpi.made import SCHEMA, json_values

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = "2026-03-01T10:00:00Z"
PRICE = {"excl_vat": 2, "incl_vat": 2.42}


def found(name: str, value: object) -> list[tuple[str, str]]:
    return [(each.path, each.code) for each in remarks(name, value, NOW)]


def at(latitude: str, longitude: str) -> dict[str, str]:
    return {"latitude": latitude, "longitude": longitude}


def hours(begin: str, end: str) -> dict[str, Any]:
    regular = {"weekday": 1, "period_begin": begin, "period_end": end}
    return {"twentyfourseven": False, "regular_hours": [regular]}


def period(start: str = DAY, **volumes: float) -> dict[str, Any]:
    dimensions = [{"type": kind, "volume": volume} for kind, volume in volumes.items()]
    return {"start_date_time": start, "dimensions": dimensions}


def cdr(**change: Any) -> dict[str, Any]:
    """One hour, 10 kWh, all costs given."""
    whole: dict[str, Any] = {
        "start_date_time": DAY, "end_date_time": "2026-03-01T11:00:00Z", "total_time": 1,
        "total_energy": 10, "charging_periods": [period(ENERGY=10, TIME=1)],
        "total_cost": {"excl_vat": 10, "incl_vat": 12.1},
        "total_fixed_cost": PRICE, "total_energy_cost": PRICE, "total_time_cost": PRICE,
        "total_parking_cost": PRICE, "total_reservation_cost": PRICE,
    }  # fmt: skip
    return objects.cdr() | whole | change


def location(**change: Any) -> dict[str, Any]:
    return objects.location(evses=[objects.evse("E1"), objects.evse("E2")], **change)


def evses(**change: Any) -> list[dict[str, Any]]:
    return [objects.evse("E1"), objects.evse("E2") | change]


def credit(cost: float, **change: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "credit": True,
        "credit_reference_id": "C0",
        "total_cost": {"excl_vat": cost},
    }
    return objects.cdr("C0-C", **(given | change))


AMSTERDAM, SYDNEY = at("52.373080", "4.892453"), at("-33.868820", "151.209290")
GROUP = {"group_id": "1"}
ELEMENT = {"price_components": [{"type": "ENERGY", "price": 1, "step_size": 1}]}

# The rule, the class, an object that keeps it, one that breaks it, and where.
CASES: list[tuple[str, str, Any, Any, str]] = [
    ("unknown_country", "Location", location(), location(country="NL"), "$.country"),
    ("unknown_country", "CDR", cdr(),
     cdr(cdr_location={"country": "Holland"}), "$.cdr_location.country"),
    ("outside_country", "Location", location(coordinates=AMSTERDAM),
     location(coordinates=SYDNEY), "$.coordinates"),
    ("outside_country", "Location", location(country="AUS", coordinates=SYDNEY),
     location(coordinates=at("0.000000", "0.000000")), "$.coordinates"),
    ("outside_country", "Location", objects.location(evses=evses(coordinates=AMSTERDAM)),
     objects.location(evses=evses(coordinates=SYDNEY)), "$.evses[1].coordinates"),
    ("swapped_coordinates", "Location", location(coordinates=AMSTERDAM),
     location(coordinates=at("4.892453", "52.373080")), "$.coordinates"),
    ("published_to_some", "Location", location(publish=False, publish_allowed_to=[GROUP]),
     location(publish=True, publish_allowed_to=[GROUP]), "$.publish_allowed_to"),
    ("evse_uid_twice", "Location", location(),
     objects.location(evses=evses(uid="e1")), "$.evses[1].uid"),
    ("parking_id_twice", "Location", location(parking_places=[{"id": "P1"}, {"id": "P2"}]),
     location(parking_places=[{"id": "P1"}, {"id": "p1"}]), "$.parking_places[1].id"),
    ("evse_id_of_another", "Location", location(),
     objects.location(evses=evses(evse_id="NL*ABC*E2")), "$.evses[1].evse_id"),
    ("evse_id_form", "EVSE", objects.evse(evse_id="NLCPOE1*2"),
     objects.evse(evse_id="station 1"), "$.evse_id"),
    ("evse_id_form", "CDR", cdr(cdr_location={"evse_id": "#NA"}),
     cdr(cdr_location={"evse_id": "1234"}), "$.cdr_location.evse_id"),
    ("connector_id_twice", "EVSE", objects.evse(connectors=[{"id": "1"}, {"id": "2"}]),
     objects.evse(connectors=[{"id": "A"}, {"id": "a"}]), "$.connectors[1].id"),
    ("no_hours", "Location", location(opening_times=hours("08:00", "20:00")),
     location(opening_times={"twentyfourseven": False}), "$.opening_times.regular_hours"),
    ("hours_around_the_clock", "Location", location(opening_times={"twentyfourseven": True}),
     location(opening_times=hours("08:00", "20:00") | {"twentyfourseven": True}),
     "$.opening_times.regular_hours"),
    ("closes_before_it_opens", "Hours", hours("08:00", "20:00"), hours("20:00", "08:00"),
     "$.regular_hours[0].period_end"),
    ("token_without_name", "Location",
     location(publish=False, publish_allowed_to=[{"uid": "1", "type": "RFID"}]),
     location(publish=False, publish_allowed_to=[{"issuer": "Card"}]), "$.publish_allowed_to[0]"),
    ("needs_another", "PublishTokenType", {"uid": "1", "type": "RFID"}, {"uid": "1"}, "$.type"),
    ("needs_another", "PublishTokenType", {"visual_number": "1", "issuer": "Card"},
     {"visual_number": "1"}, "$.issuer"),
    ("needs_another", "StartSession", {"connector_id": "1", "evse_uid": "E1"},
     {"connector_id": "1"}, "$.evse_uid"),
    ("ends_before_it_begins", "CDR", cdr(), cdr(end_date_time="2026-03-01T09:00:00Z",
     charging_periods=[]), "$.end_date_time"),
    ("ends_before_it_begins", "StatusSchedule", {"period_begin": DAY, "period_end": DAY},
     {"period_begin": DAY, "period_end": "2026-02-01T00:00:00Z"}, "$.period_end"),
    ("from_the_future", "Connector", objects.connector(last_updated="2026-03-02T12:04:59Z"),
     objects.connector(last_updated="2026-03-02T12:05:01Z"), "$.last_updated"),
    ("from_the_future", "Token", objects.token(last_updated="2026-03-02T14:00:00+02:00"),
     objects.token(last_updated="2026-03-02T14:00:00Z"), "$.last_updated"),
    ("reservation_dimension", "Tariff", objects.tariff(elements=[ELEMENT]),
     objects.tariff(elements=[ELEMENT | {"restrictions": {"reservation": "RESERVATION"}}]),
     "$.elements[0].price_components[0].type"),
    ("long_group_id", "Token", objects.token(group_id="x" * 20),
     objects.token(group_id="x" * 21), "$.group_id"),
    ("period_order", "Session", objects.session(charging_periods=[period(), period()]),
     objects.session(charging_periods=[period(), period("2026-03-01T09:00:00Z")]),
     "$.charging_periods[1].start_date_time"),
    ("period_outside", "CDR", cdr(),
     cdr(charging_periods=[period("2026-03-01T12:00:00Z", ENERGY=10, TIME=1)]),
     "$.charging_periods[0].start_date_time"),
    ("session_only_dimension", "CDR", cdr(),
     cdr(charging_periods=[period(ENERGY=10, TIME=1, POWER=10)]),
     "$.charging_periods[0].dimensions[2].type"),
    ("energy_differs", "CDR", cdr(total_energy=10.01), cdr(total_energy=10.02), "$.total_energy"),
    ("time_differs", "CDR", cdr(charging_periods=[period(ENERGY=10, TIME=0.5, PARKING_TIME=0.5)]),
     cdr(charging_periods=[period(ENERGY=10, TIME=0.5)]), "$.total_time"),
    ("longer_than_it_took", "CDR", cdr(charging_periods=[period(ENERGY=10)]),
     cdr(charging_periods=[period(ENERGY=10)], total_time=2), "$.total_time"),
    ("cost_differs", "CDR", cdr(total_cost={"excl_vat": 10.05}),
     cdr(total_cost={"excl_vat": 10.06}), "$.total_cost.excl_vat"),
    ("cost_differs", "CDR", cdr(total_cost=PRICE, total_time_cost=None),
     cdr(total_cost={"excl_vat": 10, "incl_vat": 10}), "$.total_cost.incl_vat"),
    ("credit_without_reference", "CDR", credit(-1),
     credit(-1, credit_reference_id=None), "$.credit_reference_id"),
    ("reference_without_credit", "CDR", objects.cdr(),
     objects.cdr(credit_reference_id="C0"), "$.credit_reference_id"),
    ("credit_that_charges", "CDR", credit(-1), credit(1), "$.total_cost.excl_vat"),
    ("credit_that_charges", "CDR", credit(0), credit(1), "$.total_cost.excl_vat"),
    ("long_id", "CDR", credit(-1, id="x" * 39), objects.cdr("x" * 37), "$.id"),
]  # fmt: skip


@pytest.mark.ocpi("L-08", versions=("2.3.0",))
@pytest.mark.ocpi("L-04", "L-05", "L-07", "CD-05", "CD-07", versions=("2.2.1", "2.3.0"))
@pytest.mark.parametrize(("rule", "name", "good", "bad", "path"), CASES)
def test_a_rule_finds_what_breaks_it_and_nothing_else(
    rule: str, name: str, good: Any, bad: Any, path: str
) -> None:
    assert found(name, good) == []
    assert found(name, bad) == [(path, rule)]


def test_every_rule_has_a_case_and_a_line_in_the_documentation() -> None:
    assert {rule.name for rule in RULES} == {case[0] for case in CASES}
    page = (Path(__file__).parents[2] / "docs" / "schema.md").read_text()
    for rule in RULES:
        line = f"| `{rule.name}` | {', '.join(rule.classes)} | {rule.severity} | {rule.says} |"
        assert line in page, line


def test_a_rule_is_for_classes_that_there_are() -> None:
    known = {name for schema in SCHEMAS.values() for name in schema.tables}
    assert {name for rule in RULES for name in rule.classes} <= known
    codes = [rule.name for rule in RULES] + [kind.code for kind in Kind]
    assert len(set(codes)) == len(codes)


def test_rules_look_into_what_a_patch_says_and_miss_nothing_else() -> None:
    assert found("Location", {"publish_allowed_to": [{"group_id": "1"}]}) == []
    assert found("Location", {"opening_times": {"twentyfourseven": False}}) == [
        ("$.opening_times.regular_hours", "no_hours")
    ]


@pytest.mark.parametrize("kind", [float, Decimal, str])
def test_figures_are_exact_however_they_were_decoded(kind: Callable[[str], Any]) -> None:
    """Seven times 0.1 is not 0.7 in floats. A text is not a figure, and not the rules' business."""
    periods = [period(ENERGY=kind("0.1"))] * 7
    totals = {"total_energy": kind("0.77"), "total_time": 1}
    assert found("CDR", cdr(charging_periods=periods, **totals)) == []
    totals["total_energy"] = kind("0.7701")
    broken = [] if kind is str else [("$.total_energy", "energy_differs")]
    assert found("CDR", cdr(charging_periods=periods, **totals)) == broken


def test_a_cdr_without_times_says_so() -> None:
    unknown = "1970-1-1T00:00:00Z"
    timeless = cdr(start_date_time=unknown, end_date_time=unknown)
    assert found("CDR", timeless) == []


@pytest.mark.parametrize(
    ("country", "latitude", "longitude"),
    [
        ("ESP", "28.123500", "-15.436300"), ("PRT", "37.741200", "-25.675600"),
        ("FRA", "-20.882300", "55.450400"), ("NOR", "78.223200", "15.646900"),
        ("USA", "21.309900", "-157.858100"), ("RUS", "64.734200", "-177.514900"),
        ("GIB", "36.140800", "-5.353600"), ("NZL", "-43.953500", "-176.559700"),
        ("FJI", "-16.801700", "-179.990000"), ("MLT", "35.898900", "14.514600"),
    ],
)  # fmt: skip
def test_islands_and_overseas_parts_belong_to_their_country(
    country: str, latitude: str, longitude: str
) -> None:
    place = location(country=country, coordinates=at(latitude, longitude))
    assert found("Location", place) == []


def test_the_cities_of_the_sandbox_are_in_their_countries() -> None:
    for city in CITIES:
        boxes = COUNTRIES[city.country.alpha3]
        assert any(
            west < city.longitude < east and south < city.latitude < north
            for west, south, east, north in boxes
        ), city


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Location", network.locations(("NL", "CPO"), 60)),
        ("Tariff", prices.tariffs(("NL", "CPO"), prices.WORTH)),
        ("Token", drivers.tokens(("DE", "MSP"), 60)),
    ],
)
def test_the_samples_of_the_sandbox_keep_the_rules(name: str, made: Iterable[Any]) -> None:
    samples = decode(encode(list(made)))
    assert isinstance(samples, list)
    future = {"from_the_future"}  # the sandbox has its own calendar
    assert {code for each in samples for _, code in found(name, each)} - future == set()


def test_no_more_is_listed_than_anybody_reads() -> None:
    twice = objects.location(evses=[objects.evse()] * 10_000)
    assert len(found("Location", twice)) == 100


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(SCHEMA.tables)), json_values())
def test_no_value_raises(name: str, value: Any) -> None:
    remarks(name, value, NOW)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(CASES), st.data())
def test_no_value_inside_an_object_raises(case: tuple[Any, ...], data: st.DataObject) -> None:
    changed = data.draw(st.dictionaries(st.sampled_from(sorted(case[3])), json_values()))
    remarks(case[1], case[3] | changed, NOW)
