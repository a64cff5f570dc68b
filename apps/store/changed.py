"""Kept objects by when the hub last changed them, for platforms that were away meanwhile; and by
owner, for parties that may have from now on what they could not have before.

The rows are locked before they are read, so that what is read is booked before any later change.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from apps.store.keep import NEWCOMERS
from apps.store.objects import EVERYONE
from apps.store.overlaid import newer
from apps.store.tables import Table, table
from hub.ocpi.module import Module


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
    """What changed since a moment and was here before another; `after` is the sequence to go on
    from. A change after that does not take an object out of it, so who walks through a span
    misses none however often they change meanwhile."""

    since: datetime
    here_before: datetime
    after: int = 0


def changed(
    module: Module, audiences: Collection[str], span: Span, limit: int
) -> tuple[list[Changed], int | None]:
    """Copies for these audiences within a span, in the order in which they came, and the sequence
    to go on from; None when there are no more. To be called in a transaction."""
    found = table(module)
    sequences = _find(found, audiences, span, limit)
    if not sequences:
        return [], None
    return _read(found, sequences), sequences[-1]


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


def hold_newcomers(module: Module) -> None:
    """Lets no object for everyone come into being until the transaction ends: what is not here then
    stays away for so long."""
    with connection.cursor() as cursor:
        cursor.execute(NEWCOMERS, [table(module).name, EVERYONE])


def shows_own(
    module: Module, keys: Sequence[str], audiences: Collection[str]
) -> dict[tuple[str, str, str], bool]:
    """Of the copies of these objects for these audiences, by owner, key and audience: whether that
    audience is shown its copy, and not the public object (apps/store/overlaid.py)."""
    found = table(module)
    same_module = "AND p.module = t.module" if found.module else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.owner, t.key, t.audience, {newer('p', 't')} IS NOT TRUE "
            f"FROM {found.name} t LEFT JOIN {found.name} p ON p.owner = t.owner AND p.key = t.key "
            f"AND p.audience = '{EVERYONE}' {same_module} WHERE {found.where} "
            "AND t.key = ANY(%(keys)s) AND t.audience = ANY(%(audiences)s)",
            {"module": found.module, "keys": list(keys), "audiences": list(audiences)},
        )
        return {(owner, key, audience): own for owner, key, audience, own in cursor.fetchall()}


def _find(found: Table, audiences: Collection[str], span: Span, limit: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.sequence FROM {found.name} t WHERE {found.where} "
            "AND t.changed_at >= %(since)s AND t.created_at < %(before)s "
            "AND t.audience = ANY(%(audiences)s) AND t.sequence > %(after)s "
            "ORDER BY t.sequence LIMIT %(limit)s",
            {
                "module": found.module,
                "since": span.since,
                "before": span.here_before,
                "audiences": list(audiences),
                "after": span.after,
                "limit": limit,
            },
        )
        return [row[0] for row in cursor.fetchall()]


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
