"""Pages of a module's kept objects: what a party may see, oldest first, put together by PostgreSQL.

Objects of the viewer's own version are never looked into; those of another version are converted on
their way out (apps/store/said.py).

The rule of who sees what is hub.routing.visible; this file spells it as SQL. A page is found in an
index alone, by the cursor of the last object seen; the objects themselves are then read in batches,
so that a page of any size takes little memory and holds no connection while a slow client reads.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from apps.database import Pool
from apps.parties import directory
from apps.store.objects import EVERYONE
from apps.store.said import Wanted, all_said
from apps.store.tables import Table, table
from apps.store.tally import Connection, Count, count
from hub.ocpi.bridge import Note
from hub.ocpi.ids import PartyId
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


@dataclass(frozen=True, slots=True)
class Batch:
    """Some objects as JSON texts joined by commas, and what was lost in saying those of other
    versions: the version each came in, with notes. `withheld` were left out."""

    text: bytes
    lost: tuple[tuple[str, tuple[Note, ...]], ...] = ()
    withheld: int = 0


async def page(
    connection: Connection, module: Module, view: View, window: Window, version: str = ""
) -> Page:
    """The page of a module that a view and a window ask for, without what the viewer's version
    cannot say."""
    found = table(module)
    matching = await count(connection, found, module, view, window, version)
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
            "version": version,
            "after": window.after,
            "limit": window.limit + 1,
            "offset": window.offset if window.after is None else 0,
        },
    )
    sequences = [row[0] for row in await cursor.fetchall()]
    return Page(matching.total, sequences[: window.limit], len(sequences) > window.limit)


async def documents(
    pool: Pool,
    module: Module,
    sequences: list[int],
    version: str = "",
    viewer: PartyId | None = None,
) -> AsyncIterator[Batch]:
    """The objects of a page, a batch at a time, in one version; without one as they are kept. An
    object that was deleted a moment ago is left out, and so is one that cannot be said."""
    found = table(module)
    same = "TRUE" if not version else "t.version = %(version)s"
    for start in range(0, len(sequences), BATCH):
        values = {"sequences": sequences[start : start + BATCH], "version": version}
        async with pool.connection() as connection, connection.cursor(binary=True) as cursor:
            await cursor.execute(
                f"SELECT convert_to(string_agg({found.document}, ',' ORDER BY t.sequence), "
                f"'UTF8'), coalesce(bool_and({same}), TRUE) "
                f"FROM {found.name} t WHERE t.sequence = ANY(%(sequences)s)",
                values,
            )
            row = await cursor.fetchone()
            assert row is not None  # an aggregate has a row
            batch = Batch(row[0] or b"")
            if not row[1]:
                batch = await _mixed(connection, module, values, viewer)
        if batch.text or batch.withheld:
            yield batch


async def _mixed(
    connection: Connection, module: Module, values: dict[str, Any], viewer: PartyId | None
) -> Batch:
    """Objects of several versions, said in one; facts are looked up once for each owner."""
    found = table(module)
    cursor = await connection.execute(
        f"SELECT t.owner, t.version, {found.document} FROM {found.name} t "
        "WHERE t.sequence = ANY(%(sequences)s) ORDER BY t.sequence",
        values,
    )
    rows = [(owner, version, text.encode()) for owner, version, text in await cursor.fetchall()]
    texts: dict[int, bytes] = {
        number: row[2] for number, row in enumerate(rows) if row[1] == values["version"]
    }
    lost = []
    now = datetime.now(UTC)
    for owner, version in dict.fromkeys(row[:2] for row in rows if row[1] != values["version"]):
        numbers = [n for n, row in enumerate(rows) if row[:2] == (owner, version)]
        wanted = Wanted(
            name=module.object,
            source=version,
            target=values["version"],
            owner=directory.snapshot().spelled(PartyId.parse(owner)),
            viewer=viewer,
            now=now,
        )
        done = await all_said(connection, wanted, [rows[n][2] for n in numbers])
        texts |= {n: d.text for n, d in zip(numbers, done, strict=True) if d.text is not None}
        notes = tuple(note for each in done if each.text is not None for note in each.notes)
        lost += [(version, notes)] if notes else []
    joined = b",".join(texts[number] for number in sorted(texts))
    return Batch(joined, tuple(lost), len(rows) - len(texts))


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
    if matching.unsaid:
        common.append("(t.unsaid IS NULL OR position(%(version)s in t.unsaid) = 0)")
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
