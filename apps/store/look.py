"""Looks through kept objects of which it was never noted which versions cannot say them: those kept
while no platform of another version was here, and those that were loaded by other ways."""

from django.db import connection, transaction

from apps.store import same_uid
from apps.store.tables import table
from apps.store.unsaid import unsaid
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
        told = [unsaid(module, version, text.encode()) for _, version, text in rows]
        cursor.execute(
            f"UPDATE {found.name} t SET unsaid = new.unsaid "
            "FROM unnest(%s::bigint[], %s::text[]) AS new (sequence, unsaid) "
            "WHERE t.sequence = new.sequence",
            ([row[0] for row in rows], told),
        )
        if module.object == same_uid.CLASS:
            cursor.execute(same_uid.MARK, same_uid.marking([row[0] for row in rows]))
    return len(rows)
