"""Counts of several processes add up, whatever goes wrong in between."""

import asyncio
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from psycopg import Error

from apps import database
from apps.counts import collect, rolling
from apps.counts.collect import Counts
from apps.counts.models import OWN, PARTNER, Loss, Pair, Queue, Total
from hub.ocpi.bridge import Note, What
from tests.hub import Hub

AT = datetime(2030, 5, 20, 12, 34, 56, 789, tzinfo=UTC)
MINUTE = AT.replace(second=0, microsecond=0)


def sums(row: Pair, buckets: Sequence[str]) -> int:
    return sum(getattr(row, name) for name in buckets)


def write(*collected: Counts) -> None:
    async def all_of_them() -> None:
        async with database.pool(2) as pool:
            await asyncio.gather(*(counts.write(pool) for counts in collected))

    asyncio.run(all_of_them())


def test_messages_add_up_to_one_row_per_minute_pair_module_and_outcome(hub: Hub) -> None:
    one, other = Counts(), Counts()
    one.message(AT, 1, 2, "tariffs", "ok", own_ms=0.4, partner_ms=30)
    one.message(AT, 1, 2, "tariffs", "ok", own_ms=7, partner_ms=30)
    one.message(AT, 1, 0, "tariffs", "refused", own_ms=1)
    one.message(AT, 0, 2, "tariffs", "ok", partner_ms=20)
    other.message(AT + timedelta(seconds=3), 1, 2, "tariffs", "ok", own_ms=0.4, partner_ms=30)
    other.message(AT + timedelta(minutes=1), 1, 2, "tariffs", "ok", own_ms=0.4, partner_ms=30)
    write(one, other)
    rows = Pair.objects.order_by("at", "from_platform", "to_platform")
    key = ("at", "minutes", "from_platform", "to_platform", "outcome", "messages")
    assert list(rows.values_list(*key)) == [
        (MINUTE, 1, 0, 2, "ok", 1),
        (MINUTE, 1, 1, 0, "refused", 1),
        (MINUTE, 1, 1, 2, "ok", 3),
        (MINUTE + timedelta(minutes=1), 1, 1, 2, "ok", 1),
    ]
    row = rows[2]
    assert [row.own_ms, row.partner_ms] == pytest.approx([7.8, 90])
    times = ("own_0", "own_4", "partner_2", "partner_0")
    assert [getattr(row, name) for name in times] == [2, 1, 3, 0]
    assert (sums(rows[0], OWN), sums(rows[1], PARTNER)) == (0, 0)


def test_losses_add_up_to_one_row_per_platform_versions_and_field(hub: Hub) -> None:
    one, other = Counts(), Counts()
    later = AT + timedelta(minutes=7)
    notes = [Note(f"$.evses[{n}].parking", What.LOST, "No such field.", "2.3.0") for n in (0, 1)]
    one.losses(later, 7, "locations", "2.3.0", "2.2.1", notes)
    other.losses(AT, 7, "locations", "2.3.0", "2.2.1", notes[:1])
    other.losses(AT, 8, "locations", "2.3.0", "2.1.1", notes[:1])
    write(one, other)
    row = Loss.objects.get(platform=7)
    assert (row.field, row.what, row.why) == ("$.evses.parking", "lost", "No such field.")
    assert (row.times, row.first_at, row.last_at) == (3, AT, later)
    assert Loss.objects.get(platform=8).target == "2.1.1"
    rolling.prune(later)
    assert list(Loss.objects.values_list("platform", flat=True)) == [7]


def test_totals_are_of_what_platforms_sent(hub: Hub) -> None:
    counts = Counts()
    counts.message(AT, 1, 2, "tariffs", "ok", own_ms=1, partner_ms=3)
    counts.message(AT, 2, 0, "tokens", "ok", own_ms=1)
    counts.message(AT, 0, 2, "tokens", "failed", partner_ms=3)
    write(counts)
    assert list(Total.objects.values_list("outcome", "messages", "partner_0")) == [("ok", 2, 1)]


def test_what_is_written_once_is_not_written_again(hub: Hub) -> None:
    counts = Counts()
    counts.message(AT, 1, 2, "tariffs", "ok")
    counts.deliveries(AT, 2, done=3, dropped=1)
    counts.deliveries(AT, 2)
    write(counts)
    write(counts)
    assert Pair.objects.get().messages == 1
    found = Queue.objects.order_by("platform").values_list("platform", "done", "dropped", "waiting")
    assert list(found) == [(0, 3, 1, None), (2, 3, 1, None)]


def test_nothing_is_lost_when_the_database_refuses(hub: Hub) -> None:
    counts = Counts()
    counts.message(AT, 1, 2, "tariffs", "ok", own_ms=1)
    counts.deliveries(AT, 2, done=1)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE counts_queue RENAME TO counts_hidden")
    try:
        with pytest.raises(Error):
            write(counts)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE counts_hidden RENAME TO counts_queue")
    assert not Pair.objects.exists()  # all or nothing
    counts.message(AT, 1, 2, "tariffs", "ok", own_ms=1)
    counts.deliveries(AT, 2, done=1)
    write(counts)
    assert (Pair.objects.get().messages, Total.objects.get().messages) == (2, 2)
    assert Queue.objects.get(platform=2).done == 2


def test_many_writers_lose_nothing_and_never_wait_in_a_circle(hub: Hub) -> None:
    """Each counts the same pairs, met in another order, and more of them than go in one batch."""
    pairs = [(one, other) for one in range(1, 31) for other in range(1, 11)]
    failed: list[BaseException] = []

    def process(number: int) -> None:
        try:
            counts = Counts()
            for turn in range(5):
                step = 1 if (number + turn) % 2 else -1
                for one, other in pairs[::step]:
                    counts.message(AT, one, other, "tokens", "ok", own_ms=1, partner_ms=1)
                    counts.deliveries(AT, other, done=1)
                write(counts)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=process, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failed
    assert set(Pair.objects.values_list("messages", flat=True)) == {20}
    assert Pair.objects.count() == len(pairs)
    assert Total.objects.get().messages == Queue.objects.get(platform=0).done == 20 * len(pairs)


def test_what_does_not_fit_is_given_up_and_said(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(collect, "MOST_ROWS", 2)
    counts = Counts()
    for number in (1, 2, 3, 4, 2):
        counts.message(AT, number, 0, "tokens", "ok")
    write(counts)
    assert list(Pair.objects.order_by("from_platform").values_list("messages", flat=True)) == [1, 2]
    assert "2 counts given up" in caplog.text
    counts.message(AT, 3, 0, "tokens", "ok")
    write(counts)
    assert Pair.objects.count() == 3
    assert caplog.text.count("given up") == 1
