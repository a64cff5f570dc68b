"""The days of the message log: makes tomorrow's partition, drops those older than HUB_LOG_DAYS."""

from datetime import date, timedelta

from django.db import connection

AHEAD_DAYS = 3


def name_of(day: date) -> str:
    return f"traffic_leg_{day:%Y%m%d}"


def make(today: date) -> None:
    """Creates the partitions of today and the days ahead where they are missing. Rows of a day
    without one go to the default partition."""
    with connection.cursor() as cursor:
        for day in (today + timedelta(days=n) for n in range(AHEAD_DAYS + 1)):
            if name_of(day) not in _present():
                cursor.execute(
                    f"CREATE TABLE IF NOT EXISTS {name_of(day)} PARTITION OF traffic_leg "
                    f"FOR VALUES FROM ('{day}') TO ('{day + timedelta(days=1)}')"
                )


def prune(today: date, days: int) -> list[str]:
    """Drops the partitions of more than `days` days ago; returns their names."""
    oldest = name_of(today - timedelta(days=days))
    gone = [name for name in _present() if name < oldest]
    with connection.cursor() as cursor:
        for name in gone:
            cursor.execute(f"DROP TABLE {name}")
    return gone


def _present() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = 'traffic_leg'::regclass AND c.relname <> 'traffic_leg_default' "
            "ORDER BY 1"
        )
        return [row[0] for row in cursor.fetchall()]
