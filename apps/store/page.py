"""Pages of a module's kept objects: what a party may see, oldest first, put together by PostgreSQL.

Objects of the viewer's own version are never looked into, but for ids in 2.1.1 (other_names.py);
those of another version are converted on their way out (said.py).

The rule of who sees what is hub.routing.visible; this file spells it as SQL. A page is found in an
index alone, by the cursor of the last object seen; the objects themselves are then read in batches,
so that a page of any size takes little memory and holds no connection while a slow client reads.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from apps.database import Pool
from apps.parties import directory
from apps.store.objects import EVERYONE
from apps.store.overlaid import hidden
from apps.store.said import Wanted, all_said
from apps.store.tables import Table, table
from apps.store.tally import Connection, Count, count
from apps.store.unsaid import NOT_NOW, is_known, never
from apps.store.unsaid import values as values_of
from hub.ocpi.bridge import Note
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Audience, Module
from hub.ocpi.paging import Window
from hub.routing.translated import OLDEST, alike
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
    now = datetime.now(UTC)
    matching = await count(connection, found, module, view, window, version, now)
    if not matching.total:
        return Page(0, [], False)
    values = {
        "module": found.module,
        "viewer": str(view.viewer),
        "owners": [str(owner) for owner in view.owners],
        "only": view.only,
        "overlaid": list(matching.overlaid),
        "date_from": window.date_from,
        "date_to": window.date_to,
        "part_from": window.part_from,
        "part_to": window.part_to,
        **(values_of(version, now) if matching.unsaid else {}),
        "after": window.after,
        "limit": window.limit + 1,
        "offset": window.offset if window.after is None else 0,
    }
    total = matching.total
    if _between(window):  # nobody keeps numbers of moments
        every = _branches(found, module, replace(window, after=None), matching, version)
        sql = f"SELECT count(*) FROM ({' UNION ALL '.join(every)}) matching"
        cursor = await connection.execute(sql, values)
        total = (await cursor.fetchall())[0][0]
    cursor = await connection.execute(_statement(found, module, window, matching, version), values)
    sequences = [row[0] for row in await cursor.fetchall()]
    return Page(total, sequences[: window.limit], len(sequences) > window.limit)


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
    same = "t.version = %(version)s"
    if not version or not is_known(module.object):
        same = "TRUE"
    elif not alike(version, version):
        same = "FALSE"
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
    target = values["version"]
    texts: dict[int, bytes] = {n: row[2] for n, row in enumerate(rows) if alike(row[1], target)}
    lost = []
    now = datetime.now(UTC)
    for owner, version in dict.fromkeys(row[:2] for row in rows if not alike(row[1], target)):
        numbers = [n for n, row in enumerate(rows) if row[:2] == (owner, version)]
        wanted = Wanted(
            name=module.object,
            source=version,
            target=target,
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


def _statement(found: Table, module: Module, window: Window, matching: Count, version: str) -> str:
    branches = _branches(found, module, window, matching, version)
    gathered = "MATERIALIZED"
    if matching.total > FEW or not (window.date_from or window.date_to):
        gathered = "NOT MATERIALIZED"
        # Each walks in the order of the page, and no farther than the page can reach.
        walk = "ORDER BY t.sequence LIMIT %(limit)s + %(offset)s"
        branches = [f"({branch} {walk})" for branch in branches]
    return (
        f"WITH matching AS {gathered} ({' UNION ALL '.join(branches)}) SELECT sequence "
        "FROM matching ORDER BY sequence LIMIT %(limit)s OFFSET %(offset)s"
    )


def _branches(
    found: Table, module: Module, window: Window, matching: Count, version: str
) -> list[str]:
    """Queries for the sequences of what is for everyone, and of what is for the viewer."""
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
        common.append(f"NOT {never(version)}")
        if found.validity and version == OLDEST:
            common.append(f"{NOT_NOW} IS NOT TRUE")
    if window.after is not None:
        common.append("t.sequence > %(after)s")
    if moments := _between(window):
        common.append(
            f"EXISTS (SELECT 1 FROM {found.parts} p, unnest(p.moments) moment "
            f"WHERE p.location_id = t.sequence AND {' AND '.join(moments)})"
        )
    if matching.overlaid:
        common.append(f"NOT (t.owner = ANY(%(overlaid)s) AND {hidden(found)})")
    branches = []
    if module.audience is Audience.EVERYONE:
        branches.append([f"t.audience = '{EVERYONE}'", *common])
    if matching.directed:
        branches.append(["t.audience = %(viewer)s", *common])
    return [
        f"SELECT t.sequence FROM {found.name} t WHERE {' AND '.join(conditions)}"
        for conditions in branches
    ]


def _between(window: Window) -> list[str]:
    """What one and the same moment of a part has to fulfil; nothing where none is asked for."""
    given = (
        ("moment >= %(part_from)s", window.part_from),
        ("moment < %(part_to)s", window.part_to),
    )
    return [condition for condition, value in given if value is not None]
