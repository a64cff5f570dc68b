"""Pages of a module's kept objects: what a party may see, oldest first, put together by PostgreSQL.

The rule of who sees what is hub.routing.visible; this file spells it as SQL. A page is found in an
index alone, by the cursor of the last object seen; the objects themselves are then read in batches,
so that a page of any size takes little memory and holds no connection while a slow client reads.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from apps.database import Pool
from apps.store.objects import EVERYONE
from apps.store.tables import Table, table
from apps.store.tally import Connection, Count, count
from hub.ocpi.module import Audience, Module
from hub.ocpi.paging import Window
from hub.routing.visible import View

BATCH = 100
# So few objects within the dates of a request are gathered by date and sorted; more of them are
# met soon enough on a walk in the order of the page.
FEW = 20_000


@dataclass(frozen=True, slots=True)
class Page:
    """One page: the number of all matching objects, the sequences of those on it, in order, and
    whether more follow."""

    total: int
    sequences: list[int]
    more: bool


async def page(connection: Connection, module: Module, view: View, window: Window) -> Page:
    """The page of a module that a view and a window ask for."""
    found = table(module)
    matching = await count(connection, found, module, view, window)
    if not matching.total:
        return Page(0, [], False)
    cursor = await connection.execute(
        _statement(found, module, window, matching),
        {
            "module": found.module,
            "viewer": str(view.viewer),
            "owners": [str(owner) for owner in view.owners],
            "only": view.only,
            "overlaid": list(matching.overlaid),
            "date_from": window.date_from,
            "date_to": window.date_to,
            "after": window.after,
            "limit": window.limit + 1,
            "offset": window.offset if window.after is None else 0,
        },
    )
    sequences = [row[0] for row in await cursor.fetchall()]
    return Page(matching.total, sequences[: window.limit], len(sequences) > window.limit)


async def documents(pool: Pool, module: Module, sequences: list[int]) -> AsyncIterator[bytes]:
    """The objects of a page as JSON texts joined by commas, a batch at a time. An object that was
    deleted a moment ago is left out."""
    found = table(module)
    for start in range(0, len(sequences), BATCH):
        async with pool.connection() as connection, connection.cursor(binary=True) as cursor:
            await cursor.execute(
                f"SELECT convert_to(string_agg({found.document}, ',' ORDER BY t.sequence), 'UTF8') "
                f"FROM {found.name} t WHERE t.sequence = ANY(%s)",
                (sequences[start : start + BATCH],),
            )
            row = await cursor.fetchone()
        if row is not None and row[0] is not None:
            yield row[0]


def _statement(found: Table, module: Module, window: Window, matching: Count) -> str:
    dates = [
        condition
        for condition, given in (
            ("t.last_updated >= %(date_from)s", window.date_from),
            ("t.last_updated < %(date_to)s", window.date_to),
        )
        if given is not None
    ]
    common = [found.where, "(t.owner = ANY(%(owners)s)) = %(only)s", *dates]
    if window.after is not None:
        common.append("t.sequence > %(after)s")
    branches = []
    if module.audience is Audience.EVERYONE:
        public = [f"t.audience = '{EVERYONE}'", *common]
        if matching.overlaid:
            public.append(_not_overlaid(found))
        branches.append(public)
    if matching.directed:
        branches.append(["t.audience = %(viewer)s", *common])
    rows = " UNION ALL ".join(
        f"SELECT t.sequence FROM {found.name} t WHERE {' AND '.join(conditions)}"
        for conditions in branches
    )
    gathered = "MATERIALIZED" if dates and matching.total <= FEW else "NOT MATERIALIZED"
    return (
        f"WITH matching AS {gathered} ({rows}) SELECT sequence FROM matching "
        "ORDER BY sequence LIMIT %(limit)s OFFSET %(offset)s"
    )


def _not_overlaid(found: Table) -> str:
    """A party that was given a copy of its own sees that one, not the public one as well."""
    same_module = "AND d.module = t.module" if found.module else ""
    return (
        f"NOT (t.owner = ANY(%(overlaid)s) AND EXISTS (SELECT 1 FROM {found.name} d WHERE "
        f"d.owner = t.owner AND d.key = t.key AND d.audience = %(viewer)s {same_module}))"
    )
