"""Remembers pulls and imports that changed an object once it is changed again: pushes are in the
message log, and the last change of all is said by the object itself.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from psycopg import AsyncConnection

from apps.store.change import Change
from apps.store.tables import Table

_REMEMBER = """
INSERT INTO store_pastchange (module, owner, key, audience, origin, cause, platform, at, until)
SELECT %(module)s, t.owner, t.key, t.audience, t.origin, t.cause, t.pushed_by, t.changed_at, %(now)s
FROM {table} t WHERE t.sequence = %(sequence)s
"""
_FORGET = """
DELETE FROM store_pastchange WHERE id IN (
    SELECT id FROM store_pastchange WHERE until < %s AND (%s OR module = ANY(%s))
    ORDER BY until LIMIT %s)
"""
BATCH = 5_000


async def remember(
    connection: AsyncConnection[Any], found: Table, sequence: int, change: Change
) -> None:
    """Copies what the object says of its last change, just before `change` replaces it."""
    await connection.execute(
        _REMEMBER.format(table=found.name),
        {"module": change.module.id, "sequence": sequence, "now": change.now},
    )


def forget(now: datetime, *, days: int, personal: list[str], personal_days: int) -> None:
    """Removes what is as old as the message log may be; of `personal` modules, as old as ids in
    the log may be."""
    for limit, every in ((days, True), (personal_days, False)):
        before = now - timedelta(days=limit)
        removed = BATCH
        while removed == BATCH:
            with connection.cursor() as cursor:
                cursor.execute(_FORGET, (before, every, personal, BATCH))
                removed = cursor.rowcount
