"""The chain of seals: complete, in order, and broken by every change behind its back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from apps.audit import chain, fields
from apps.audit.chain import BEGINNING, Act
from apps.audit.models import Entry
from tests.hub import Hub

NOW = datetime(2026, 3, 1, 10, 0, 0, 123456, tzinfo=UTC)


def act(number: int, **more: Any) -> Act:
    return Act("ops", Entry.Via.PAGE, "Suspend", "platform", f"P{number}", **more)


@pytest.fixture
def three(hub: Hub) -> list[Entry]:
    return [
        chain.write(act(n, reason=f"reason {n}", before={"n": n}, after={"n": [n, "é", None]}), NOW)
        for n in range(3)
    ]


def test_each_entry_is_sealed_with_the_one_before(three: list[Entry]) -> None:
    assert [entry.previous for entry in three] == [BEGINNING, three[0].seal, three[1].seal]
    found = chain.verify()
    assert (found.entries, found.last, found.broken_at) == (3, three[2].seal, None)
    assert [line["seal"] for line in chain.export()] == [entry.seal for entry in three]
    assert chain.holds(three[1].seal)
    assert not chain.holds("f" * 64)


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'somebody'", "at = at + interval '1 second'", "via = 'api'", "act = 'Resume'",
        "kind = 'agreement'", "subject = 'P9'", "reason = ''", "before = '{}'", "after = '{}'",
        "seal = repeat('a', 64)", "previous = repeat('a', 64)",
    ],
)  # fmt: skip
def test_a_changed_entry_is_found(three: list[Entry], change: str) -> None:
    behind_its_back(f"UPDATE audit_entry SET {change} WHERE id = {three[1].pk}")
    assert chain.verify().broken_at == three[1].pk


def test_a_removed_entry_is_found(three: list[Entry]) -> None:
    behind_its_back(f"DELETE FROM audit_entry WHERE id = {three[1].pk}")
    assert chain.verify().broken_at == three[2].pk
    behind_its_back(f"DELETE FROM audit_entry WHERE id = {three[2].pk}")
    assert chain.verify().broken_at is None  # the end was cut off: only a noted seal tells
    assert not chain.holds(three[2].seal)


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entry SET reason = ''", "DELETE FROM audit_entry"]
)
def test_the_database_refuses_to_change_entries(three: list[Entry], statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="neither changed nor removed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Entry.objects.count() == 3


def test_many_at_once_make_one_chain(hub: Hub) -> None:
    def write(number: int) -> None:
        try:
            chain.write(act(number), NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(40)))
    found = chain.verify()
    assert (found.entries, found.broken_at) == (40, None)


def test_only_what_differs_is_told() -> None:
    before, after = {"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 3, "d": 4}
    assert fields.changed(before, after) == ({"b": 2, "c": 3}, {"b": 3, "d": 4})


def behind_its_back(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_stays")
        cursor.execute(statement)
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_stays")
