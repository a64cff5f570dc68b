"""Removes kept objects that nobody has changed for as long as HUB_KEEP_DAYS says."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection

from apps.modules import registry
from apps.store.tables import table

BATCH = 5_000


def expire(keep_days: Iterable[tuple[str, int]], now: datetime) -> dict[str, int]:
    """Removes what is older, with the findings on it, batch by batch; how many of each module."""
    return {
        module: _expire(module, now - timedelta(days=days))
        for module, days in keep_days
        if module in registry()
    }


def _expire(module: str, before: datetime) -> int:
    removed = 0
    while True:
        count = _remove(module, before)
        removed += count
        if count < BATCH:
            return removed


def _remove(module: str, before: datetime) -> int:
    found = table(registry()[module])
    old = (
        f"SELECT t.sequence FROM {found.name} t WHERE {found.where} AND t.changed_at < %(before)s "
        f"ORDER BY t.changed_at LIMIT {BATCH} FOR UPDATE SKIP LOCKED"
    )
    parts = (
        f"parts AS (DELETE FROM {found.parts} WHERE location_id IN (SELECT * FROM old)),"
        if found.parts
        else ""
    )
    about = ", ".join(
        f"{name} AS (DELETE FROM {name} f USING gone g WHERE f.module = %(module)s "
        "AND f.owner = g.owner AND f.key = g.key AND f.audience = g.audience)"
        for name in ("store_finding", "store_pastchange")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH old AS MATERIALIZED ({old}), {parts} gone AS ("
            f"DELETE FROM {found.name} WHERE sequence IN (SELECT * FROM old) "
            f"RETURNING owner, key, audience), {about} "
            "SELECT count(*) FROM gone",
            {"module": module, "before": before},
        )
        row = cursor.fetchone()
    return int(row[0])
