"""What beat sends, and that nudges which travel together do not stop each other."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from config.celery import ALONE, TOGETHER, app, in_turn
from tests.hub import Hub
from tests.platforms import Platform


@contextmanager
def task(name: str, work: Callable[[], None]) -> Iterator[str]:
    """A task of the hub's own application, as long as it is wanted."""
    registered = app.task(name=name)(work)
    yield registered.name
    app.tasks.unregister(registered.name)


def test_every_nudge_is_a_task_and_none_is_sent_twice() -> None:
    app.loader.import_default_modules()
    named = [*ALONE, *(name for names in TOGETHER.values() for name in names)]
    assert {*named} <= {*app.tasks}
    assert len(named) == len({*named})


def test_beat_sends_one_message_for_all_of_a_row() -> None:
    entries = app.conf.beat_schedule.values()
    sent = {(entry["task"], entry["args"], entry["schedule"]) for entry in entries}
    rows = {(in_turn.name, (names,), seconds) for seconds, names in TOGETHER.items()}
    assert sent == rows | {(name, (), seconds) for name, seconds in ALONE.items()}
    assert len(entries) == len(TOGETHER) + len(ALONE)
    assert all(entry["options"] == {"expires": entry["schedule"]} for entry in entries)


def test_who_raises_is_named_in_the_log_and_the_others_are_done(
    hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    def works() -> None:
        done.append("works")

    def fails() -> None:
        done.append("fails")
        raise ValueError("it broke")

    with task("tests.works", works) as good, task("tests.fails", fails) as bad:
        assert in_turn.apply(args=[[good, bad, "tests.unknown", good]]).successful()
    assert done == ["works", "fails", "works"]
    said = [(each.levelname, each.getMessage()) for each in caplog.records]
    assert said == [
        ("ERROR", "Task tests.fails raised"),
        ("ERROR", "Task tests.unknown raised"),
    ]
    assert "ValueError: it broke" in caplog.text


def test_who_loses_the_connection_to_the_database_leaves_the_next_a_new_one(hub: Hub) -> None:
    lost: list[str] = []
    rows: list[tuple[int]] = []

    def loses_it() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        except OperationalError:
            lost.append("it")
            raise

    def asks() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            rows.append(cursor.fetchone())

    with task("tests.loses", loses_it) as first, task("tests.asks", asks) as second:
        in_turn.apply(args=[[first, second]])
    assert (lost, rows) == (["it"], [(1,)])


def test_while_nothing_happens_each_nudge_asks_little(
    hub: Hub, cpo: Platform, msp: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    """Every two seconds, all day long: one look for each thing that there may be to do."""
    in_turn([*TOGETHER[2]])
    with CaptureQueriesContext(connection) as captured:
        in_turn([*TOGETHER[2]])
    asked = [table for each in captured for table in re.findall(r'FROM "(\w+)"', each["sql"])[:1]]
    assert asked == [
        "hubclientinfo_partieschanged",
        "parties_directory",
        "parties_statuschange",
        "hubclientinfo_compared",
        "hubclientinfo_compared",
        "hubclientinfo_catchup",
        "hubclientinfo_present",
    ]
    assert caplog.records == []
