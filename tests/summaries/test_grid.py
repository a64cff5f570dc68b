"""Cells, states, recommended fields: pure, as tables of cases."""

from typing import Any

import pytest

from apps.store.findings import CHANGED, MISSING, OLDER, RESENT
from apps.store.references import CODE
from apps.summaries import grid, places
from apps.summaries.grid import DEGREE, Box
from apps.summaries.places import Spot, moved
from apps.summaries.states import STATES, state_of
from hub.ocpi.quality import RULES
from hub.ocpi.quality.advice import ADVICE, GENERAL, advice
from hub.ocpi.quality.recommended import RECOMMENDED, fields, given
from hub.ocpi.schema import SCHEMAS, Kind
from tests.gateway.objects import connector, evse, location, tariff


@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        ([], "unknown"),
        (["AVAILABLE", "CHARGING"], "available"),
        (["OUTOFORDER", "BLOCKED"], "in_use"),
        (["INOPERATIVE", "PLANNED"], "out_of_order"),
        (["PLANNED", "UNKNOWN"], "planned"),
        (["SOMETHING_ELSE"], "unknown"),
        (["REMOVED", "CHARGING"], "in_use"),
        (["REMOVED", "REMOVED"], None),
    ],
)
def test_the_state_of_a_location(statuses: list[str], state: str | None) -> None:
    assert state_of(statuses) == state


def test_every_status_of_the_specification_has_a_state_and_every_state_a_letter() -> None:
    known = {status for state in STATES.values() for status in state.statuses}
    assert known | {"REMOVED"} == set(SCHEMAS["2.2.1"].enums["Status"].values)
    assert len({state.letter for state in STATES.values()}) == len(STATES)


@pytest.mark.parametrize(
    ("coordinates", "spot"),
    [
        ({"latitude": "52.37", "longitude": "4.9"}, (52_370_000, 4_900_000)),
        ({"latitude": 52.37, "longitude": -4.9}, (52_370_000, -4_900_000)),
        ({"latitude": "90.1", "longitude": "4.9"}, None),
        ({"latitude": "NaN", "longitude": "4.9"}, None),
        ({"latitude": "north", "longitude": "4.9"}, None),
        ({"latitude": "52.37"}, None),
        ("52.37, 4.9", None),
        (None, None),
    ],
)
def test_where_a_location_is(coordinates: Any, spot: tuple[int, int] | None) -> None:
    found = places.find(1, "NL/CPO", "L1", location(coordinates=coordinates)).spot
    assert (found and (found.lat, found.lon)) == spot


@pytest.mark.parametrize("content", [None, [], "x", {"evses": "none"}, {"evses": [1]}])
def test_what_is_no_location_has_no_place(content: Any) -> None:
    assert places.find(1, "NL/CPO", "L1", content).spot is None


def test_a_status_moves_a_place_from_one_number_to_another() -> None:
    free, busy = (Spot(52 * DEGREE, 5 * DEGREE, s, "Utrecht") for s in ("available", "in_use"))
    cells = moved([free], [busy])
    assert len(cells) == len(grid.LEVELS)
    assert set(cells.values()) == {("Utrecht", 0, 0, -1, 1, 0, 0, 0)}
    assert moved([free, busy], [busy, free]) == {}


def test_cells_are_halved_from_level_to_level() -> None:
    for lat, lon in ((52_370_000, 4_900_000), (-33_900_000, -70_600_000), (0, 0)):
        for level in range(1, grid.FINEST):
            assert grid.column(lon, level) == grid.column(lon, level + 1) >> 1
            assert grid.row(lat, level) == grid.row(lat, level + 1) >> 1


def test_a_box_is_cut_off_at_the_edges_of_the_world() -> None:
    assert grid.within(-400, -95, 400, 95) == grid.WORLD
    assert grid.within(5, 53, 4, 52) == Box(4_000_000, 52_000_000, 5_000_000, 53_000_000)


@pytest.mark.parametrize("name", sorted(RECOMMENDED))
def test_recommended_fields_are_optional_fields_of_the_specification(name: str) -> None:
    tables = SCHEMAS["2.2.1"].tables
    for field in fields(name):
        table = tables[name]
        *outer, last = field.split(".")
        for step in outer:
            table = tables[str(table.fields[step].type)]
        assert not table.fields[last].required, field


def test_a_nested_field_is_given_when_each_of_them_has_it() -> None:
    both = [connector("1", tariff_ids=["T1"]), connector("2", tariff_ids=["T1"])]
    place = fields("Location").index("evses.connectors.tariff_ids")
    one = location(evses=[evse(connectors=both)])
    assert given("Location", one)[place]
    both[1]["tariff_ids"] = []
    assert not given("Location", one)[place]
    assert not given("Location", location(evses=[]))[place]
    assert given("Tariff", {**tariff(), "type": "REGULAR"}) == (True, False)
    assert given("Tariff", None) == (False, False)
    assert given("Nothing", {}) == ()


def test_there_is_advice_for_every_code() -> None:
    coming = {OLDER.code, RESENT.code, CHANGED.code, MISSING, CODE}
    assert set(ADVICE) == {kind.code for kind in Kind} | {rule.name for rule in RULES} | coming
    assert advice("something_new") == GENERAL
