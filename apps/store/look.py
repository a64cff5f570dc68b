"""Looks through kept objects of which it was never noted which versions cannot say them: those kept
before it was noted at all, and those that were loaded by other ways."""

from django.db import connection, transaction

from apps.store import same_uid
from apps.store.tables import table
from apps.store.unsaid import columns
from hub.ocpi.module import Module

BATCH = 500
# So many batches at a time, so that no worker is busy for long; beat comes again.
BATCHES = 200


def through(module: Module) -> int:
    """Notes it for as many objects of a module as there is time for; returns how many."""
    looked = 0
    for _ in range(BATCHES):
        found = _batch(module)
        looked += found
        if found < BATCH:
            break
    return looked


@transaction.atomic
def _batch(module: Module) -> int:
    found = table(module)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.sequence, t.version, t.payload::text FROM {found.name} t "
            f"WHERE {found.where} AND t.unsaid IS NULL ORDER BY t.sequence LIMIT %(batch)s "
            "FOR UPDATE SKIP LOCKED",
            {"module": found.module, "batch": BATCH},
        )
        rows = cursor.fetchall()
        for sequence, version, text in rows:
            told = columns(found, module, version, text.encode())
            cursor.execute(
                f"UPDATE {found.name} SET {', '.join(f'{name} = %s' for name in told)} "
                "WHERE sequence = %s",
                (*told.values(), sequence),
            )
        if module.object == same_uid.CLASS:
            cursor.execute(same_uid.MARK, same_uid.marking([row[0] for row in rows]))
    return len(rows)
