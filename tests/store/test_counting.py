"""X-Total-Count: kept by triggers, equal to what counting one by one gives, whatever happened."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.store.models import Tally, TallyChange
from apps.store.tally import hours
from apps.store.tasks import fold
from apps.tariffs.models import Tariff
from hub.ocpi import datetimes
from hub.ocpi.paging import Window
from tests.gateway.objects import location, tariff
from tests.hub import empty
from tests.store.store import listed, put

START = datetime(2026, 3, 1, 10, tzinfo=UTC)
# After every moment below: one ahead of the clock would hold nothing back.
NOW = START + timedelta(days=3)
OWNERS = ("NL/CPO", "BE/CPO")
AUDIENCES = ("", "DE/MSP", "FR/MSP")


@pytest.fixture(autouse=True)
def _empty(serving_hub: None) -> None:
    empty()


minutes = st.integers(-4000, 4000)
steps = st.one_of(
    st.tuples(
        st.just("put"),
        st.sampled_from(OWNERS),
        st.integers(1, 4),
        st.sampled_from(AUDIENCES),
        minutes,
    ),
    st.tuples(st.just("delete"), st.sampled_from(OWNERS), st.integers(1, 4)),
    st.tuples(st.just("fold")),
)
dates = st.one_of(st.none(), minutes)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(steps, max_size=14), dates, dates, st.sampled_from(("", "BE/CPO")))
def test_the_total_is_what_counting_gives(
    done: list[Any], date_from: int | None, date_to: int | None, hidden: str
) -> None:
    """P-04: for a viewer with copies of its own, hidden owners and any dates."""
    empty()
    kept: dict[tuple[str, int, str], int] = {}
    for step in done:
        match step:
            case ("put", owner, n, audience, at):
                when = datetimes.render(START + timedelta(minutes=at))
                put("tariffs", tariff(f"T{n}", owner, last_updated=when), NOW,
                    audience=audience, owner=owner)  # fmt: skip
                key = (owner, n, audience)
                kept[key] = max(at, kept.get(key, at))
            case ("delete", owner, n):
                Tariff.objects.filter(owner=owner, key=f"T{n}").delete()
                kept = {k: v for k, v in kept.items() if k[:2] != (owner, n)}
            case _:
                fold()
    window = Window(
        date_from=None if date_from is None else START + timedelta(minutes=date_from),
        date_to=None if date_to is None else START + timedelta(minutes=date_to),
    )
    seen = {
        (owner, n)
        for (owner, n, audience), at in kept.items()
        if owner != hidden
        and audience in ("", "DE/MSP")
        # Of both the newer one is shown; of one moment the copy.
        and not (audience == "" and kept.get((owner, n, "DE/MSP"), -9999) >= at)
        and not (audience != "" and kept.get((owner, n, ""), -9999) > at)
        and (date_from is None or at >= date_from)
        and (date_to is None or at < date_to)
    }
    total, objects, more = listed("tariffs", "DE/MSP", window, (hidden,) if hidden else ())
    shown = {(f"{o['country_code']}/{o['party_id']}", int(o["id"][1:])) for o in objects}
    assert (total, shown, more) == (len(seen), seen, False)


def test_adding_up_changes_no_number_and_leaves_one_row_for_each() -> None:
    for n in range(5):
        put("tariffs", tariff(f"T{n}"), START)
    before = listed("tariffs", "DE/MSP")[0]
    fold()
    assert (before, listed("tariffs", "DE/MSP")[0], TallyChange.objects.count()) == (5, 5, 0)
    assert set(Tally.objects.values_list("span", "start", "number")) == {
        ("all", None, 5), ("day", START.replace(hour=0), 5), ("hour", START, 5),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM tariffs_tariff")
    fold()
    assert (listed("tariffs", "DE/MSP")[0], Tally.objects.count()) == (0, 0)


def test_a_statement_that_adds_many_is_one_change() -> None:
    put("locations", location("L0"), START)
    with connection.cursor() as cursor:
        cursor.execute("""
            INSERT INTO locations_location (owner, key, audience, payload, version, last_updated,
                origin, cause, flagged)
            SELECT 'NL/CPO', 'X' || n, '', '{}', '2.2.1', now(), 'import', '', FALSE
            FROM generate_series(1, 1000) n""")
    assert TallyChange.objects.filter(number=1000).count() == 2
    assert listed("locations", "DE/MSP")[0] == 1001


@pytest.mark.parametrize(
    ("date_from", "date_to", "whole", "cut"),
    [
        (0, 120, (0, 120), []),
        (10, 130, (60, 120), [(10, 60), (120, 130)]),
        (10, 20, (60, 60), [(10, 20)]),
        (10, 70, (60, 60), [(10, 60), (60, 70)]),
    ],
)
def test_the_hours_between_two_moments(
    date_from: int, date_to: int, whole: Any, cut: list[Any]
) -> None:
    def at(minute: int) -> datetime:
        return START + timedelta(minutes=minute)

    (first, last), parts = hours(at(date_from), at(date_to))
    assert [(at(a), at(b)) for a, b in cut] == list(parts)
    if whole[0] == whole[1]:
        assert first >= last or first == last
    else:
        assert (first, last) == (at(whole[0]), at(whole[1]))
