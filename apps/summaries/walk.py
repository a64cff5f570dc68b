"""Reads what has changed in the store, and keeps the summaries of each object in step with it.

Changes are read in their order, in batches, each in a transaction with the row that says how far it
is. A change may be committed a little after a later one was read: the walk always begins anew some
time before its end, and what it has read before costs no more than a look into an index.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from apps.modules import registry
from apps.store.objects import EVERYONE
from apps.store.tables import Table, table
from apps.summaries import places
from apps.summaries.models import Looked, Progress
from hub.ocpi import jsontext
from hub.ocpi.module import Module
from hub.ocpi.quality.recommended import fields, given

BATCH = 1_000
# So many objects are read in one run; what is left waits for the next.
MOST = 20_000
# Longer than from the stamp of a change to the end of its transaction.
OVERLAP = timedelta(minutes=2)
PLACED = "Location"

_NEXT = """
SELECT t.changed_at, t.sequence, l.changed_at IS NOT DISTINCT FROM t.changed_at
FROM {table} t LEFT JOIN summaries_looked l ON l.module = %(module)s AND l.sequence = t.sequence
WHERE {where} AND t.changed_at >= %(moment)s
    AND (t.changed_at, t.sequence) > (%(moment)s, %(sequence)s)
ORDER BY t.changed_at, t.sequence LIMIT %(limit)s
"""
_READ = """
SELECT t.sequence, t.owner, t.key, t.audience, t.changed_at, {document}
FROM {table} t WHERE t.sequence = ANY(%s)
"""
_NOTE = """
INSERT INTO summaries_looked AS l (module, sequence, owner, changed_at, given)
SELECT %s, * FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::bigint[])
ON CONFLICT (module, sequence) DO UPDATE SET
    changed_at = excluded.changed_at, given = excluded.given
"""
_GONE = """
SELECT l.sequence FROM summaries_looked l WHERE l.module = %(module)s
    AND NOT EXISTS (SELECT 1 FROM {table} t WHERE t.sequence = l.sequence) LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Step:
    """What one batch came to: how many objects were read, and whether more changes follow."""

    read: int
    more: bool


def walk(now: datetime) -> int:
    """Reads what has changed of all modules; returns how many objects were read."""
    return sum(_module(module, now) for module in registry().values() if module.keeps)


def _module(module: Module, now: datetime) -> int:
    read, step = 0, Step(0, more=True)
    while step.more and read < MOST:
        step = _batch(module, now)
        read += step.read
    return read


@transaction.atomic
def _batch(module: Module, now: datetime) -> Step:
    """One batch of changes. Another worker at the same module has the lock: nothing to do then."""
    Progress.objects.get_or_create(module=module.id)
    locked = Progress.objects.select_for_update(skip_locked=True).filter(module=module.id).first()
    if locked is None:
        return Step(0, more=False)
    before = locked.fields, locked.changed_at, locked.sequence
    wanted = " ".join(fields(module.object))
    if locked.fields != wanted:  # another version of the hub looked for others
        Looked.objects.filter(module=module.id).delete()
        locked.fields, locked.changed_at, locked.sequence = wanted, None, 0
    found = table(module)
    rows = _next(module, found, locked)
    new = [sequence for _, sequence, known in rows if not known]
    if new:
        _note(module, found, new)
    more = len(rows) == BATCH
    if rows:
        locked.changed_at, locked.sequence = rows[-1][:2]
    if not more and locked.changed_at and locked.changed_at > now - OVERLAP:
        locked.changed_at, locked.sequence = now - OVERLAP, 0
    if (locked.fields, locked.changed_at, locked.sequence) != before:
        locked.save()
    return Step(len(new), more)


def _next(module: Module, found: Table, locked: Progress) -> list[tuple[datetime, int, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(
            _NEXT.format(table=found.name, where=found.where),
            {
                "module": module.id,
                "moment": locked.changed_at or "-infinity",
                "sequence": locked.sequence,
                "limit": BATCH,
            },
        )
        return cursor.fetchall()


def _note(module: Module, found: Table, sequences: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_READ.format(table=found.name, document=found.document), (list(sequences),))
        rows = [(*row[:5], _content(row[5])) for row in cursor.fetchall()]
        if not rows:  # removed since they were found
            return
        kept, owners, _, _, moments, contents = zip(*rows, strict=True)
        bits = [_bits(module, content) for content in contents]
        cursor.execute(_NOTE, (module.id, list(kept), list(owners), list(moments), bits))
    if module.object == PLACED:
        places.keep(
            [
                places.find(sequence, owner, key, content)
                for sequence, owner, key, audience, _, content in rows
                if audience == EVERYONE
            ]
        )


def _content(text: str) -> Any:
    """A decoded object; None of one that cannot be decoded, which then has none of its fields."""
    try:
        return jsontext.decode(text.encode())
    except jsontext.JsonError:
        return None


def _bits(module: Module, content: Any) -> int:
    return sum(1 << place for place, has in enumerate(given(module.object, content)) if has)


def tidy() -> int:
    """Takes away the summaries of objects that are not kept any more; returns how many."""
    return sum(_tidy(module) for module in registry().values() if module.keeps)


def _tidy(module: Module) -> int:
    gone, removed = BATCH, 0
    while gone == BATCH:
        gone = _tidied(module)
        removed += gone
    return removed


@transaction.atomic
def _tidied(module: Module) -> int:
    list(Progress.objects.select_for_update().filter(module=module.id))
    found = table(module)
    with connection.cursor() as cursor:
        cursor.execute(_GONE.format(table=found.name), {"module": module.id, "limit": BATCH})
        gone = [sequence for (sequence,) in cursor.fetchall()]
    if gone and module.object == PLACED:
        places.remove(gone)
    Looked.objects.filter(module=module.id, sequence__in=gone).delete()
    return len(gone)
