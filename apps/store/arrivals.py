"""Clears findings about ids that nobody knew, once the objects that they name have come.

A new object leaves a row; a task looks for the findings that it settles. It looks a second time a
while later: an object that names it may not have been committed yet when it looked first.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from psycopg import AsyncConnection

from apps.modules import module_of, registry
from apps.store.change import Change
from apps.store.findings import FLAG, LOCK
from apps.store.references import CODE
from apps.store.tables import table
from hub.ocpi.module import Module

BATCH = 1_000
# Longer than any transaction that keeps an object.
AGAIN = timedelta(seconds=60)

_ARRIVED = "INSERT INTO store_arrival (module, owner, key) VALUES (%s, %s, %s)"
_NEW = """
SELECT id, module, owner, key FROM store_arrival WHERE looked_at IS NULL ORDER BY id LIMIT %s
"""
_LOOKED = "UPDATE store_arrival SET looked_at = %s WHERE id = ANY(%s)"
_OLD = """
SELECT id, module, owner, key FROM store_arrival WHERE looked_at < %s ORDER BY looked_at LIMIT %s
"""
_DONE = "DELETE FROM store_arrival WHERE id = ANY(%s)"
# The path of such a finding ends in the id, in brackets; `\` comes right behind `[`.
_NAMING = """
SELECT f.module, f.owner, f.key, f.audience, f.path, a.module, a.key
FROM unnest(%s::text[], %s::text[], %s::text[]) AS a (module, owner, key)
JOIN store_finding f ON f.code = %s AND f.owner = a.owner
    AND reverse(f.path) COLLATE "C" >= concat(']', reverse(a.key), '[')
    AND reverse(f.path) COLLATE "C" < concat(']', reverse(a.key), '\\')
"""
_CLEAR = """
DELETE FROM store_finding f WHERE f.module = %(about)s AND f.owner = %(owner)s AND f.key = %(key)s
    AND f.audience = %(audience)s AND f.path = %(path)s AND f.code = %(code)s
    AND EXISTS (SELECT 1 FROM {named} t WHERE {where} AND t.owner = %(owner)s
        AND t.key = %(named)s AND t.audience IN ('', %(audience)s))
"""


@dataclass(frozen=True, slots=True)
class _Naming:
    """A finding on the copy of an object about an id, and what has come under that id."""

    module: str
    owner: str
    key: str
    audience: str
    path: str
    named_module: str
    named: str


async def note(connection: AsyncConnection[Any], change: Change) -> None:
    """Leaves a row for a new object that others may name."""
    if naming(change.module):
        await connection.execute(_ARRIVED, (change.module.id, str(change.owner), change.key))


def naming(module: Module) -> list[str]:
    """The modules whose objects name those of a module."""
    return [each.id for each in registry().values() for r in each.references
            if r.module == module.id]  # fmt: skip


def settle(now: datetime) -> int:
    """Looks at what has come; returns how many findings it has settled. Two at a time do no harm,
    and what is cut off in the middle is looked at again."""
    settled = 0
    for find, limits, end in (
        (_NEW, (BATCH,), lambda ids: (_LOOKED, (now, ids))),
        (_OLD, (now - AGAIN, BATCH), lambda ids: (_DONE, (ids,))),
    ):
        while rows := _rows(find, limits):
            settled += sum(_clear(each) for each in _found(rows))
            with connection.cursor() as cursor:
                cursor.execute(*end([row[0] for row in rows]))
    return settled


def _rows(statement: str, values: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def _found(arrivals: Sequence[tuple[int, str, str, str]]) -> list[_Naming]:
    columns = [[row[place] for row in arrivals] for place in (1, 2, 3)]
    found = [_Naming(*row) for row in _rows(_NAMING, (*columns, CODE))]
    return [each for each in found if each.module in naming(module_of(each.named_module))]


@transaction.atomic
def _clear(each: _Naming) -> int:
    """The object's row is locked first, as by everybody who changes what is said of it."""
    kept, named = table(module_of(each.module)), table(module_of(each.named_module))
    with connection.cursor() as cursor:
        cursor.execute(LOCK.format(table=kept.name, where=kept.where), asdict(each))
        cursor.execute(
            _CLEAR.format(named=named.name, where=named.where),
            {**asdict(each), "module": each.named_module, "about": each.module, "code": CODE},
        )
        cleared = cursor.rowcount
        cursor.execute(FLAG.format(table=kept.name, where=kept.where), asdict(each))
    return int(cleared)
