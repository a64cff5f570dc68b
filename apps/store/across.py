"""A part of an object that came in another version than the object is kept in, as after an upgrade.

The kept object becomes one of the part's version where it loses nothing by that; else the part
becomes one of the kept object's version, where it loses nothing; else its owner has to PUT it
whole. And an object that never changes, which came again in another version.
"""

from dataclasses import dataclass, replace
from typing import Any

from psycopg import AsyncConnection

from apps.store import parts
from apps.store.change import Change
from apps.store.said import Wanted, said
from apps.store.tables import Table
from apps.store.unsaid import columns
from hub.ocpi import jsontext
from hub.ocpi.bridge import Bridged, What
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Effect
from hub.ocpi.status import not_found

Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A kept object that is locked."""

    sequence: int
    version: str


async def met(
    connection: Connection, found: Table, row: Row, change: Change
) -> tuple[bytes | None, Change]:
    """The kept object's text in the version of the part, written already; or None and the part in
    the version of the kept object. Raises OcpiError 404 where neither loses nothing."""
    cursor = await connection.execute(
        f"SELECT {found.document} FROM {found.name} t WHERE t.sequence = %s", (row.sequence,)
    )
    kept = await cursor.fetchone()
    assert kept is not None  # its row is locked
    whole = await said(
        connection,
        _wanted(change, change.module.object, row.version, change.version, is_patch=False),
        kept[0].encode(),
    )
    if whole.text is not None and not _loses(whole):
        return await _rewritten(connection, found, row, change, whole.text), change
    is_patch = change.effect is Effect.MERGE
    part = await said(
        connection,
        _wanted(change, _class_of(change), change.version, row.version, is_patch=is_patch),
        change.body,
    )
    if part.text is None or _loses(part):
        raise not_found(
            f"the hub keeps this object as OCPI {row.version} has it, and cannot merge a part of "
            f"OCPI {change.version} with it; PUT it whole first."
        )
    return None, replace(change, body=part.text, version=row.version)


async def same(connection: Connection, change: Change, kept: bytes, version: str) -> bool:
    """Whether a kept text of a version says what came. Of two versions each text is said in the
    newer one, and then in the older one: what is left is what both can say."""
    if version == change.version:
        return jsontext.same(kept, change.body)
    older, newer = sorted((version, change.version))
    name = change.module.object
    left = []
    for text, spoken in ((kept, version), (change.body, change.version)):
        up = await said(connection, _wanted(change, name, spoken, newer, is_patch=False), text)
        if up.text is None:
            return False
        down = await said(connection, _wanted(change, name, newer, older, is_patch=False), up.text)
        left.append(down.text)
    one, other = left
    return one is not None and other is not None and jsontext.same(one, other)


async def _rewritten(
    connection: Connection, found: Table, row: Row, change: Change, text: bytes
) -> bytes:
    payload, items = parts.split(text, found.member)
    if found.parts:
        as_they_are = replace(change, overwrites=True)
        await parts.replace_all(connection, found.parts, row.sequence, items, as_they_are)
    values = {
        "payload": payload.decode(),
        "version": change.version,
        **columns(found, change.module, change.version, payload),
    }
    await connection.execute(
        f"UPDATE {found.name} SET {', '.join(f'{name} = %({name})s' for name in values)} "
        "WHERE sequence = %(sequence)s",
        {**values, "sequence": row.sequence},
    )
    return payload


def _wanted(change: Change, name: str, source: str, target: str, *, is_patch: bool) -> Wanted:
    owner = PartyId.of(*change.owner)
    return Wanted(name, source, target, owner, owner, change.now, is_patch)


def _class_of(change: Change) -> str:
    """The class of what came: the object, or the innermost part that it names."""
    depth = len(change.part_ids)
    return change.module.parts[depth - 1].object if depth else change.module.object


def _loses(done: Bridged) -> bool:
    return any(note.what is not What.ASSUMED for note in done.notes)
