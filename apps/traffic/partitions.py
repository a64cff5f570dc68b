"""The days of the message log: makes tomorrow's partition, drops those older than HUB_LOG_DAYS."""

from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

AHEAD_DAYS = 3


def name_of(day: date) -> str:
    return f"traffic_leg_{day:%Y%m%d}"


def day_of(name: str) -> date:
    """The day of a partition."""
    return datetime.strptime(name.removeprefix("traffic_leg_"), "%Y%m%d").date()  # noqa: DTZ007  # a day has no zone


def make(today: date) -> None:
    """Creates the partitions of today and the days ahead where they are missing. Rows that went to
    the default partition meanwhile, because nobody had made theirs, are moved. Safe to do in
    several processes at once."""
    days = [today + timedelta(days=n) for n in range(AHEAD_DAYS + 1)]
    if {name_of(day) for day in days} <= set(present()):
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('traffic_leg partitions'))")
        for day in days:
            if name_of(day) not in present():
                _make_one(cursor, day)


def _make_one(cursor: CursorWrapper, day: date) -> None:
    name, first, last = name_of(day), f"'{day}'", f"'{day + timedelta(days=1)}'"
    cursor.execute(f"CREATE TABLE {name} (LIKE traffic_leg INCLUDING DEFAULTS)")
    cursor.execute("LOCK TABLE traffic_leg IN ACCESS EXCLUSIVE MODE")
    cursor.execute(
        f"WITH moved AS (DELETE FROM traffic_leg_default WHERE at >= {first} AND at < {last} "
        f"RETURNING *) INSERT INTO {name} SELECT * FROM moved"
    )
    cursor.execute(
        f"ALTER TABLE traffic_leg ATTACH PARTITION {name} FOR VALUES FROM ({first}) TO ({last})"
    )


def prune(today: date, days: int) -> list[str]:
    """Drops the partitions of more than `days` days ago; returns their names."""
    oldest = name_of(today - timedelta(days=days))
    gone = [name for name in present() if name < oldest]
    with connection.cursor() as cursor:
        for name in gone:
            cursor.execute(f"DROP TABLE {name}")
    return gone


def present() -> list[str]:
    """The partitions there are, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = 'traffic_leg'::regclass AND c.relname <> 'traffic_leg_default' "
            "ORDER BY 1"
        )
        return [row[0] for row in cursor.fetchall()]
