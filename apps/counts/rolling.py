"""Makes hours of minutes that are older than a day, and removes hours that are old.

Late minutes, of a process that could not write for a day, are added to their hour. Two workers may
roll at the same time: the second finds nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from apps.counts.models import NUMBERS

HOUR = timedelta(hours=1)
# An hour that has ended a day ago: whoever looks a day back sees minutes.
AFTER = timedelta(hours=26)
# So many times longer than the message log are hours kept.
LONGER_THAN_LOG = 3


@dataclass(frozen=True, slots=True)
class Table:
    """A table of counts: its key beside `at` and `minutes`, and how minutes become an hour: the
    aggregate of each column, and the same of two values."""

    name: str
    key: tuple[str, ...]
    columns: Mapping[str, tuple[str, str]]


SUM = ("sum({0})", "t.{0} + excluded.{0}")
WORST = ("max({0})", "greatest(t.{0}, excluded.{0})")
TABLES = (
    Table(
        "counts_pair",
        ("from_platform", "to_platform", "module", "outcome"),
        dict.fromkeys(NUMBERS, SUM),
    ),
    Table("counts_total", ("outcome",), dict.fromkeys(NUMBERS, SUM)),
    Table(
        "counts_queue",
        ("platform",),
        {"done": SUM, "dropped": SUM, "waiting": WORST, "oldest_seconds": WORST},
    ),
)


def roll_up(now: datetime) -> int:
    """Rolls every hour that is due, each in a transaction of its own; how many there were."""
    return sum(_roll_up(table, now) for table in TABLES)


def _roll_up(table: Table, now: datetime) -> int:
    before = now.replace(minute=0, second=0, microsecond=0) - AFTER + HOUR
    rolled = 0
    with connection.cursor() as cursor:
        while True:
            # The oldest minute, found by the key: minutes are ahead of hours in it.
            cursor.execute(
                f"SELECT at FROM {table.name} WHERE minutes = 1 AND at < %s ORDER BY at LIMIT 1",
                (before,),
            )
            found = cursor.fetchone()
            if found is None:
                return rolled
            hour = found[0].replace(minute=0)
            with transaction.atomic():
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (table.name,))
                cursor.execute(_rolling(table), {"hour": hour, "end": hour + HOUR})
            rolled += 1


def _rolling(table: Table) -> str:
    key, columns = ", ".join(table.key), ", ".join(table.columns)
    sums = ", ".join(whole.format(name) for name, (whole, _) in table.columns.items())
    both = ", ".join(f"{name} = {two.format(name)}" for name, (_, two) in table.columns.items())
    return (
        f"WITH gone AS (DELETE FROM {table.name} WHERE minutes = 1 AND at >= %(hour)s "
        f"AND at < %(end)s RETURNING {key}, {columns}) "
        f"INSERT INTO {table.name} AS t (minutes, at, {key}, {columns}) "
        f"SELECT 60, %(hour)s, {key}, {sums} FROM gone GROUP BY {key} "
        f"ON CONFLICT (minutes, at, {key}) DO UPDATE SET {both}"
    )


def prune(before: datetime) -> int:
    """Removes hours that began before a moment, and losses not seen since; the number of rows."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM counts_loss WHERE last_at < %s", (before,))
        removed = cursor.rowcount
        for table in TABLES:
            cursor.execute(f"DELETE FROM {table.name} WHERE minutes = 60 AND at < %s", (before,))
            removed += cursor.rowcount
        return removed
