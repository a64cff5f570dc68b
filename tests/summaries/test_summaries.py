"""What tasks read out of kept objects: in step with them, whatever comes, changes and goes."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.store.models import Finding
from apps.summaries import grid, scores
from apps.summaries.models import Cell, FindingCount, Looked, OwnerCell, Place, Progress, Score
from apps.summaries.region import FEW, Chosen, extent, region
from apps.summaries.states import STATES
from apps.summaries.walk import BATCH, OVERLAP, tidy, walk
from tests.gateway.objects import LATER, connector, evse, location, tariff
from tests.hub import Hub
from tests.store.store import put

NOW = datetime(2030, 5, 20, 12, tzinfo=UTC)
WORLD = grid.WORLD


def at(lat: float, lon: float, **more: Any) -> dict[str, Any]:
    return {"coordinates": {"latitude": f"{lat:.5f}", "longitude": f"{lon:.5f}"}, **more}


def in_cells() -> dict[int, int]:
    """How many places the cells of each level have together."""
    found: dict[int, int] = {}
    for cell in Cell.objects.all():
        number = sum(getattr(cell, name) for name in STATES)
        found[cell.level] = found.get(cell.level, 0) + number
    return found


def test_a_location_is_placed_moves_changes_and_goes(hub: Hub) -> None:
    put("locations", location("L1", **at(52.37, 4.9)), NOW)
    assert walk(NOW) == 1
    place = Place.objects.get()
    assert (place.lat, place.lon, place.state, place.owner) == (
        52_370_000, 4_900_000, "available", "NL/CPO",
    )  # fmt: skip
    assert in_cells() == dict.fromkeys(grid.LEVELS, 1)
    later = NOW + timedelta(seconds=30)
    busy = [evse(status="CHARGING", last_updated=LATER)]
    put("locations", location("L1", **at(40.4, -3.7), evses=busy, last_updated=LATER), later)
    assert walk(later) == 1
    place.refresh_from_db()
    assert (place.lat, place.lon, place.state) == (40_400_000, -3_700_000, "in_use")
    assert in_cells() == dict.fromkeys(grid.LEVELS, 1)
    assert set(Cell.objects.values_list("in_use", "available")) == {(1, 0)}
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE locations_location CASCADE")
    assert tidy() == 1
    assert not Place.objects.exists()
    assert not Cell.objects.exists()
    assert not Looked.objects.exists()


def test_what_has_not_changed_is_not_read_again(hub: Hub) -> None:
    put("tariffs", tariff(), NOW)
    assert walk(NOW) == 1
    assert walk(NOW + timedelta(seconds=15)) == 0


def test_while_nothing_changes_nothing_is_written(hub: Hub) -> None:
    put("tariffs", tariff(), NOW)
    later = NOW + 2 * OVERLAP
    walk(later)
    with CaptureQueriesContext(connection) as captured:
        walk(later + timedelta(seconds=15))
    assert captured.captured_queries
    assert not [each["sql"] for each in captured if each["sql"].startswith(("UPDATE", "INSERT"))]


def test_what_is_committed_late_is_read_all_the_same(hub: Hub) -> None:
    put("tariffs", tariff("T1"), NOW)
    walk(NOW)
    put("tariffs", tariff("T2"), NOW - OVERLAP / 2)
    assert walk(NOW + timedelta(seconds=15)) == 1
    assert Looked.objects.count() == 2


def test_other_recommended_fields_are_looked_for_everywhere(hub: Hub) -> None:
    put("tariffs", tariff(), NOW)
    walk(NOW)
    Progress.objects.filter(module="tariffs").update(fields="an_old_one")
    assert walk(NOW) == 1


def test_more_than_a_batch_of_one_moment_is_read_to_its_end(hub: Hub) -> None:
    number = 2 * BATCH + 5
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tariffs_tariff (owner, key, audience, payload, version, origin, cause,"
            " flagged, changed_at) SELECT 'NL/CPO', 'T' || n, '', '{}', '2.2.1', 'push', '',"
            " false, %s FROM generate_series(1, %s) n",
            (NOW, number),
        )
    assert walk(NOW) == number
    assert Looked.objects.count() == number


def test_what_cannot_be_decoded_holds_nothing_up(hub: Hub) -> None:
    with connection.cursor() as cursor:
        for key, text in (
            ("L1", '{"name": "\\ud800", "coordinates": {"latitude": "1", "longitude": "2"}}'),
            ("L2", '{"coordinates": {"latitude": 1e999, "longitude": "2"}}'),
            ("L3", '{"name": "a\\u0000b", "coordinates": {"latitude": "1", "longitude": "2"}}'),
        ):
            cursor.execute(
                "INSERT INTO locations_location (owner, key, audience, payload, version, origin,"
                " cause, flagged, changed_at)"
                " VALUES ('NL/CPO', %s, '', %s::json, '2.2.1', 'push', '', false, %s)",
                (key, text, NOW),
            )
    assert walk(NOW) == Looked.objects.count() == 3
    assert "L3" in Place.objects.values_list("key", flat=True)


def test_a_directed_copy_is_not_on_the_map_but_counts_for_completeness(hub: Hub) -> None:
    put("locations", location("L1"), NOW, audience="DE/MSP")
    assert walk(NOW) == 1
    assert not Place.objects.exists()
    assert Looked.objects.count() == 1


def test_scores_are_half_correctness_half_completeness(hub: Hub) -> None:
    full = {"type": "REGULAR", "tariff_alt_text": [{"language": "en", "text": "cheap"}]}
    for name, more in (("T1", full), ("T2", {"type": "REGULAR"}), ("T3", {}), ("T4", {})):
        put("tariffs", tariff(name, **more), NOW)
    for key, severity, code in (
        ("T1", "error", "missing"), ("T1", "warning", "too_long"), ("T2", "note", "empty"),
        ("T3", "warning", "too_long"),
    ):  # fmt: skip
        Finding.objects.create(
            module="tariffs", owner="NL/CPO", key=key, audience="", path=f"$.{code}", code=code,
            severity=severity, message="x", first_seen=NOW, last_seen=NOW,
        )  # fmt: skip
    walk(NOW)
    scores.count(NOW)
    scores.count(NOW)  # replaces, does not add
    score = Score.objects.get()
    assert (score.objects_kept, score.with_errors, score.with_warnings) == (4, 1, 1)
    assert score.given == {"type": 2, "tariff_alt_text": 1}
    assert (score.correctness, score.completeness, score.score) == (0.5, 0.375, 0.4375)
    assert set(FindingCount.objects.values_list("code", "findings", "objects_found")) == {
        ("missing", 1, 1), ("too_long", 2, 2), ("empty", 1, 1),
    }  # fmt: skip


def test_before_anything_is_read_the_score_is_correctness(hub: Hub) -> None:
    put("tariffs", tariff(), NOW)
    scores.count(NOW)
    score = Score.objects.get()
    assert (score.completeness, score.score) == (None, 1)


def test_few_places_are_shown_one_by_one_and_many_as_clusters(hub: Hub) -> None:
    for number in range(3):
        put("locations", location(f"L{number}", **at(52 + number / 10, 5)), NOW)
    walk(NOW)
    for zoom in (1, 3, 8, 12, 18):
        found = region(WORLD, zoom)
        assert found.total == len(found.places) == 3
        assert not found.clusters
    assert region(grid.within(4, 51.95, 6, 52.05), 9).total == 1
    assert region(grid.within(10, 51.95, 16, 52.05), 9).total == 0
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO locations_location (owner, key, audience, payload, version, origin, cause,"
            " flagged, changed_at) SELECT 'NL/CPO', 'M' || n, '', json_build_object('city', 'Bonn',"
            " 'coordinates', json_build_object('latitude', (40 + n * 0.01)::text,"
            " 'longitude', '7.1')), '2.2.1', 'push', '', false, %s FROM generate_series(1, %s) n",
            (NOW, FEW + 200),
        )
    walk(NOW)
    for zoom in (1, 2, 3, 7, 10):
        found = region(WORLD, zoom)
        assert found.total == sum(each.number for each in found.clusters) == FEW + 203
        assert not found.places
    close = region(grid.within(7, 40, 7.2, 47), 11)
    assert close.total == sum(each.number for each in close.clusters) == FEW + 200
    assert all(each.city == "Bonn" for each in close.clusters)
    edges = extent()
    assert edges is not None
    assert edges.south < 45_000_000 < 51_000_000 < edges.north


def test_places_are_chosen_by_owner_and_state(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    busy = [evse(status="CHARGING")]
    for number, (party, evses) in enumerate(
        (("CPO", None), ("CPO", busy), ("CPO", None), ("OTH", busy), ("OTH", None))
    ):
        more: dict[str, Any] = {} if evses is None else {"evses": evses}
        body = location(f"L{number}", **at(52 + number / 10, 5), **more) | {"party_id": party}
        put("locations", body, NOW, owner=f"NL/{party}")
    walk(NOW)
    asked = {
        Chosen(): 5, Chosen("NL/CPO"): 3, Chosen("NL/OTH"): 2, Chosen("BE/CPO"): 0,
        Chosen(state="in_use"): 2, Chosen("NL/CPO", "in_use"): 1, Chosen(state="planned"): 0,
    }  # fmt: skip
    for zoom in (2, 9, 12):
        assert {each: region(WORLD, zoom, each).total for each in asked} == asked
    # As clusters, too: where there are more than can be looked at one by one.
    monkeypatch.setattr("apps.summaries.region.MOST_LOOKED_AT", 0)
    for each, number in asked.items():
        found = region(WORLD, 9, each)
        assert (found.total, sum(c.number for c in found.clusters)) == (number, number)
        assert all(set(c.states) <= {each.state or name for name in STATES} for c in found.clusters)
    edges = extent("NL/OTH")
    assert edges is not None
    assert edges.south > 52_200_000
    assert extent("BE/CPO") is None
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH gone AS (SELECT sequence FROM locations_location WHERE owner = 'NL/OTH')"
            " DELETE FROM locations_evse WHERE location_id IN (SELECT sequence FROM gone)"
        )
        cursor.execute("DELETE FROM locations_location WHERE owner = 'NL/OTH'")
    assert tidy() == 2
    assert set(OwnerCell.objects.values_list("owner", flat=True)) == {"NL/CPO"}


def test_cells_of_owners_are_filled_as_they_are_kept(hub: Hub) -> None:
    """The migration that made them reads what was there before."""
    for number in range(4):
        put("locations", location(f"L{number}", **at(-52 + number * 30, number * -17)), NOW)
    walk(NOW)
    columns = ("owner", "level", "x", "y", "lat", "lon", "city", *STATES)
    kept = set(OwnerCell.objects.values_list(*columns))
    assert len(kept) >= len(grid.LEVELS)
    OwnerCell.objects.all().delete()
    migration = import_module("apps.summaries.migrations.0003_cells_of_owners")
    with connection.cursor() as cursor:
        cursor.execute(migration.FILL)
    assert set(OwnerCell.objects.values_list(*columns)) == kept


def test_an_empty_hub_has_no_extent(hub: Hub) -> None:
    assert extent() is None
    assert region(WORLD, 2).total == 0


def test_a_huge_box_is_looked_at_from_further_away(hub: Hub) -> None:
    assert region(WORLD, 18).zoom < 6


def test_evses_are_counted_with_their_statuses(hub: Hub) -> None:
    several = [
        evse("E1"), evse("E2", status="CHARGING"), evse("E3", status="REMOVED"),
        evse("E4", connectors=[connector()]),
    ]  # fmt: skip
    put("locations", location("L1", evses=several), NOW)
    walk(NOW)
    place = Place.objects.get()
    assert (place.evses, place.available, place.state) == (3, 2, "available")
