"""Locations, rule by rule."""

from typing import Any
from zoneinfo import available_timezones

import pytest

from hub.ocpi.bridge import Context, Owner, Verdict
from hub.ocpi.bridge.zones import ONE_ZONE
from tests.bridge.facts import KNOWN, MIDDLE, NEW, OLD, notes, over, said
from tests.ocpi.examples import EXAMPLES

CONNECTOR = EXAMPLES[MIDDLE]["Location"]["evses"][0]["connectors"][0]
EVSE = EXAMPLES[MIDDLE]["Location"]["evses"][0]


def location(source: str, target: str, change: dict[str, Any], context: Context = KNOWN) -> Any:
    return over(source, target, "Location", EXAMPLES[source]["Location"] | change, context)


@pytest.mark.parametrize(
    ("change", "field", "expected", "noted"),
    [
        ({"type": "ON_STREET"}, "parking_type", "ON_STREET", []),
        ({"type": "OTHER"}, "parking_type", None, [("lost", "$.type")]),
        ({"type": "UNKNOWN"}, "parking_type", None, []),
        ({}, "publish", True, []),
        ({"postal_code": ""}, "postal_code", None, []),
        ({"time_zone": None}, "time_zone", "Europe/Amsterdam", [("assumed", "$.time_zone")]),
        ({"opening_times": {}}, "opening_times", None, [("lost", "$.opening_times")]),
        ({"opening_times": {"twentyfourseven": True}}, "opening_times",
         {"twentyfourseven": True}, []),
        ({"opening_times": {"twentyfourseven": False}}, "opening_times",
         {"twentyfourseven": False}, []),
        ({"opening_times": {"regular_hours": [{"weekday": 1}]}}, "opening_times",
         {"twentyfourseven": False, "regular_hours": [{"weekday": 1}]}, []),
        ({"opening_times": {"exceptional_closings": [{}]}}, "opening_times",
         {"twentyfourseven": True, "exceptional_closings": [{}]},
         [("assumed", "$.opening_times.twentyfourseven")]),
        ({"id": "x" * 36}, "id", "x" * 36, []),
        ({"id": "x" * 39}, "id", "alias", []),
    ],
)  # fmt: skip
def test_from_2_1_1(
    change: dict[str, Any], field: str, expected: Any, noted: list[tuple[str, str]]
) -> None:
    context = Context(owner=Owner("NL", "GRG"), ids={"x" * 39: "alias"})
    done = location(OLD, MIDDLE, change, context)
    assert said(done).get(field) == expected
    assert sorted(notes(done)) == sorted([("assumed", "$.publish"), *noted])


def test_a_time_zone_is_never_guessed() -> None:
    owner = Owner("US", "GRG")
    unknown = {"time_zone": None, "country": "USA"}
    done = location(OLD, MIDDLE, unknown, Context(owner=owner))
    assert done.refusal.verdict is Verdict.LACKING
    done = location(OLD, MIDDLE, unknown, Context(owner=owner, time_zone="America/Denver"))
    assert said(done)["time_zone"] == "America/Denver"


def test_a_long_id_without_an_alias_is_lacking() -> None:
    done = location(OLD, MIDDLE, {"id": "x" * 37})
    assert (done.refusal.verdict, done.refusal.path) == (Verdict.LACKING, "$.id")
    long_evse = EXAMPLES[OLD]["Location"]["evses"][0] | {"uid": "x" * 37}
    done = location(OLD, MIDDLE, {"evses": [long_evse]})
    assert (done.refusal.verdict, done.refusal.path) == (Verdict.LACKING, "$.evses[0].uid")


@pytest.mark.parametrize(
    ("change", "field", "expected", "noted"),
    [
        ({"parking_type": "ALONG_MOTORWAY"}, "type", "OTHER", ("changed", "$.parking_type")),
        ({"parking_type": None}, "type", "UNKNOWN", None),
        ({"postal_code": None}, "postal_code", "", None),
        ({"address": "x" * 46}, "address", "x" * 45, ("changed", "$.address")),
        ({"facilities": ["BIKE_SHARING", "WIFI"]}, "facilities", ["WIFI"],
         ("lost", "$.facilities[0]")),
        ({"coordinates": {"latitude": "52.08961", "longitude": "-5.1213449"}}, "coordinates",
         {"latitude": "52.089610", "longitude": "-5.121344"},
         ("changed", "$.coordinates.longitude")),
        ({"opening_times": {"twentyfourseven": True, "regular_hours": [{}]}}, "opening_times",
         {"twentyfourseven": True}, ("lost", "$.opening_times.regular_hours")),
        ({"opening_times": {"twentyfourseven": False, "regular_hours": [{"weekday": 1}]}},
         "opening_times", {"regular_hours": [{"weekday": 1}]}, None),
        ({"opening_times": {"twentyfourseven": False}}, "opening_times",
         {"twentyfourseven": False}, None),
        ({"last_updated": "2026-03-01T10:00:00.9"}, "last_updated", "2026-03-01T10:00:00Z",
         ("changed", "$.last_updated")),
        ({"last_updated": "2026-03-01T10:00:00"}, "last_updated", "2026-03-01T10:00:00Z", None),
        ({"state": "Utrecht"}, "state", None, ("lost", "$.state")),
    ],
)  # fmt: skip
def test_to_2_1_1(
    change: dict[str, Any], field: str, expected: Any, noted: tuple[str, str] | None
) -> None:
    done = location(MIDDLE, OLD, change)
    assert said(done).get(field) == expected
    usual = set(notes(location(MIDDLE, OLD, {"state": None})))
    assert set(notes(done)) - usual - {("lost", "$.state")} == ({noted} if noted else set()) - {
        ("lost", "$.state")
    }
    assert noted is None or noted in notes(done)


@pytest.mark.ocpi("V-05", versions=("2.1.1",))
def test_a_location_that_is_not_published_never_reaches_2_1_1() -> None:
    for source in (MIDDLE, NEW):
        done = location(source, OLD, {"publish": False})
        assert (done.refusal.verdict, done.refusal.path) == (Verdict.WITHHELD, "$.publish")


@pytest.mark.parametrize(
    ("source", "target", "standard"),
    [(MIDDLE, OLD, "GBT_DC"), (MIDDLE, OLD, "CHAOJI"), (NEW, MIDDLE, "MCS"),
     (NEW, MIDDLE, "SAE_J3400"), (NEW, MIDDLE, "OF_TOMORROW"), (NEW, OLD, "MCS")],
)  # fmt: skip
def test_a_connector_that_is_not_known_there_is_left_out(
    source: str, target: str, standard: str
) -> None:
    unknown = CONNECTOR | {"id": "2", "standard": standard}
    mixed = EVSE | {"connectors": [CONNECTOR, unknown]}
    empty = EVSE | {"uid": "E2", "connectors": [unknown]}
    done = location(source, target, {"evses": [mixed, empty]})
    (evse,) = said(done)["evses"]
    assert [each["id"] for each in evse["connectors"]] == ["1"]
    named = notes(done)
    assert ("lost", "$.evses[0].connectors[1]") in named
    assert ("lost", "$.evses[1]") in named
    alone = over(source, target, "EVSE", empty)
    assert alone.refusal is not None
    assert alone.refusal.verdict is Verdict.WITHHELD


@pytest.mark.parametrize(
    ("field", "value", "expected", "noted"),
    [
        ("power_type", "AC_2_PHASE_SPLIT", "AC_1_PHASE", ("changed", "$.power_type")),
        ("power_type", "DC", "DC", None),
    ],
)
def test_a_power_type_that_2_1_1_lacks_is_understated(
    field: str, value: str, expected: str, noted: tuple[str, str] | None
) -> None:
    done = over(MIDDLE, OLD, "Connector", CONNECTOR | {field: value})
    assert said(done)[field] == expected
    assert noted is None or noted in notes(done)


@pytest.mark.ocpi("V-03", versions=("2.2.1", "2.3.0"))
@pytest.mark.parametrize(
    ("change", "field", "expected"),
    [
        ({"facilities": ["WIFI", "SAUNA"]}, "facilities", ["WIFI"]),
        ({"parking_type": "ROOF"}, "parking_type", None),
        ({"images": [EXAMPLES[MIDDLE]["Location"]["images"][0] | {"category": "MAP"}]},
         "images", [EXAMPLES[MIDDLE]["Location"]["images"][0] | {"category": "OTHER"}]),
        ({"energy_mix": {"is_green_energy": True, "environ_impact": [
            {"category": "NOISE", "amount": 1}, {"category": "NUCLEAR_WASTE", "amount": 2}]}},
         "energy_mix", {"is_green_energy": True,
                        "environ_impact": [{"category": "NUCLEAR_WASTE", "amount": 2}]}),
        ({"help_phone": "112"}, "help_phone", None),
        ({"parking_places": [{"id": "P"}]}, "parking_places", None),
    ],
)  # fmt: skip
def test_closed_enums_of_2_2_1_get_no_other_value(
    change: dict[str, Any], field: str, expected: Any
) -> None:
    done = location(NEW, MIDDLE, change)
    assert said(done).get(field) == expected
    assert any(note.path.startswith(f"$.{field}") for note in done.notes)


@pytest.mark.parametrize(("value", "kept"), [("TAXIS", []), ("PLUGGED", ["PLUGGED"])])
def test_restrictions_that_2_2_1_lacks_are_lost(value: str, kept: list[str]) -> None:
    done = over(NEW, MIDDLE, "EVSE", EVSE | {"parking_restrictions": [value]})
    assert said(done)["parking_restrictions"] == kept


def test_a_location_of_2_2_1_is_one_of_2_3_0_as_it_is() -> None:
    whole = EXAMPLES[MIDDLE]["Location"]
    done = over(MIDDLE, NEW, "Location", whole)
    assert (said(done), done.notes) == (whole, ())
    assert (said(over(NEW, MIDDLE, "Location", whole)), done.notes) == (whole, ())


def test_the_time_zones_of_countries_are_there() -> None:
    assert set(ONE_ZONE.values()) <= available_timezones()
    assert all(len(country) == 3 and country.isupper() for country in ONE_ZONE)
