"""Kept objects by when the hub last changed them, for platforms that were away meanwhile; and by
owner, for parties that may have from now on what they could not have before.

The rows are locked before they are read, so that what is read is booked before any later change.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from apps.store.objects import EVERYONE
from apps.store.tables import Table, table
from hub.ocpi.module import Module

Place = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Changed:
    """One copy of an object as it is now."""

    owner: str
    key: str
    audience: str
    text: bytes
    version: str


@dataclass(frozen=True, slots=True)
class Span:
    """Changes from a moment up to another, beginning behind a place."""

    since: datetime
    until: datetime
    after: Place | None


def changed(
    module: Module, audiences: Collection[str], span: Span, limit: int
) -> tuple[list[Changed], Place | None]:
    """Copies for these audiences that changed within a span, the longest unchanged first, and the
    place to go on from; None when there are no more. To be called in a transaction."""
    found = table(module)
    places = _find(found, audiences, span, limit)
    if not places:
        return [], None
    return _read(found, [sequence for _, sequence in places]), places[-1]


def owned(module: Module, owner: str, after: str, limit: int) -> tuple[list[Changed], str | None]:
    """Public copies of one owner, in the order of keys behind one, and the key to go on from; None
    when there are no more. To be called in a transaction."""
    found = table(module)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.sequence, t.key FROM {found.name} t WHERE {found.where} "
            "AND t.owner = %(owner)s AND t.audience = %(everyone)s AND t.key > %(after)s "
            "ORDER BY t.key LIMIT %(limit)s",
            {
                "module": found.module,
                "owner": owner,
                "everyone": EVERYONE,
                "after": after,
                "limit": limit,
            },
        )
        places = cursor.fetchall()
    if not places:
        return [], None
    return _read(found, [sequence for sequence, _ in places]), places[-1][1]


def copies_of(
    module: Module, keys: Sequence[str], audiences: Collection[str]
) -> set[tuple[str, str, str]]:
    """Owner, key and audience of the copies of these objects for these audiences."""
    found = table(module)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.owner, t.key, t.audience FROM {found.name} t WHERE {found.where} "
            "AND t.key = ANY(%(keys)s) AND t.audience = ANY(%(audiences)s)",
            {"module": found.module, "keys": list(keys), "audiences": list(audiences)},
        )
        return set(cursor.fetchall())


def _find(found: Table, audiences: Collection[str], span: Span, limit: int) -> list[Place]:
    behind = "AND (t.changed_at, t.sequence) > (%(moment)s, %(sequence)s)" if span.after else ""
    moment, sequence = span.after or (None, None)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.changed_at, t.sequence FROM {found.name} t WHERE {found.where} "
            "AND t.changed_at >= %(since)s AND t.changed_at < %(until)s "
            f"AND t.audience = ANY(%(audiences)s) {behind} "
            "ORDER BY t.changed_at, t.sequence LIMIT %(limit)s",
            {
                "module": found.module,
                "since": span.since,
                "until": span.until,
                "audiences": list(audiences),
                "moment": moment,
                "sequence": sequence,
                "limit": limit,
            },
        )
        return cursor.fetchall()


def _read(found: Table, sequences: list[int]) -> list[Changed]:
    with connection.cursor() as cursor:
        # In the order in which others lock several, and in a statement of its own: what is put
        # together from parts is as new as the lock then.
        cursor.execute(
            f"SELECT t.sequence FROM {found.name} t WHERE t.sequence = ANY(%s) "
            'ORDER BY t.owner COLLATE "C", t.key COLLATE "C", t.audience COLLATE "C" FOR SHARE',
            (sequences,),
        )
        cursor.execute(
            f"SELECT t.owner, t.key, t.audience, {found.document}, t.version FROM {found.name} t "
            "WHERE t.sequence = ANY(%s) ORDER BY t.sequence",
            (sequences,),
        )
        return [
            Changed(row[0], row[1], row[2], row[3].encode(), row[4]) for row in cursor.fetchall()
        ]
