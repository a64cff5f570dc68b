"""Reads every kept copy of a module out of the hub, as lines, in the order in which they came.

One short statement for each batch, so that nothing is held while a slow reader reads; what comes
meanwhile comes at the end.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import msgspec

from apps.database import Pool
from apps.store.lines import Line, render
from apps.store.objects import EVERYONE
from apps.store.tables import table
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Audience, Module

BATCH = 200

_NUMBER = """
SELECT coalesce(sum(number), 0)::bigint FROM (
    SELECT number, owner, audience FROM store_tally WHERE module = %(of)s AND span = 'all'
    UNION ALL
    SELECT number, owner, audience FROM store_tallychange WHERE module = %(of)s AND hour IS NULL
) t WHERE {which}
"""
_BATCH = """
SELECT t.sequence, t.owner, t.audience, t.version, {document} FROM {table} t
WHERE {of} AND {which} AND t.sequence > %(after)s ORDER BY t.sequence LIMIT %(batch)s
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which copies: of all owners or of one; with `directed` also those of a public module that
    are for one party. Of a private module all are."""

    module: Module
    owner: PartyId | None = None
    directed: bool = False

    @property
    def where(self) -> str:
        """The same as a condition on alias `t`."""
        every = self.directed or self.module.audience is Audience.ADDRESSEE
        conditions = [] if every else ["t.audience = %(everyone)s"]
        if self.owner is not None:
            conditions.append("t.owner = %(owner)s")
        return " AND ".join(conditions) or "TRUE"

    @property
    def values(self) -> dict[str, object]:
        return {"of": self.module.id, "everyone": EVERYONE, "owner": str(self.owner)}


@dataclass(frozen=True, slots=True)
class Batch:
    """Some lines, and the sequence of the last object on them."""

    text: bytes
    count: int
    last: int


async def number(pool: Pool, wanted: Wanted) -> int:
    """How many copies there are."""
    async with pool.connection() as connection:
        cursor = await connection.execute(_NUMBER.format(which=wanted.where), wanted.values)
        row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def read_out(pool: Pool, wanted: Wanted, after: int = 0) -> AsyncIterator[Batch]:
    """The copies that came after a sequence, a batch at a time."""
    found = table(wanted.module)
    statement = _BATCH.format(
        document=found.document, table=found.name, of=found.where, which=wanted.where
    )
    values = {**wanted.values, "module": found.module, "batch": BATCH}
    while True:
        async with pool.connection() as connection:
            cursor = await connection.execute(statement, {**values, "after": after})
            rows = await cursor.fetchall()
        if not rows:
            return
        after = rows[-1][0]
        text = b"".join(
            render(Line(wanted.module.id, sequence, owner, audience, version, _raw(document)))
            for sequence, owner, audience, version, document in rows
        )
        yield Batch(text, len(rows), after)


def _raw(document: str) -> msgspec.Raw:
    return msgspec.Raw(document.encode())
