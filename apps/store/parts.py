"""Nested objects kept as rows of their own (the EVSEs of a Location), and those inside them.

The parent's row is locked by whoever calls. A part that is older than the one kept is not kept.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

from apps.store.change import Change, stamp
from apps.store.tables import Table
from hub.ocpi import datetimes, jsontext, nested
from hub.ocpi.ids import fold
from hub.ocpi.merge import merged
from hub.ocpi.module import Effect, Part
from hub.ocpi.status import not_found
from hub.routing.clues import found_in

Connection = AsyncConnection[Any]

_READ = "SELECT uid, payload::text, own_updated FROM {parts} WHERE location_id = %s"
_ANY = "SELECT 1 FROM {parts} WHERE location_id = %s LIMIT 1"
_WRITE = """
INSERT INTO {parts} (location_id, uid, payload, own_updated, changed_at)
VALUES (%s, %s, %s::json, %s, %s) ON CONFLICT (location_id, uid) DO UPDATE SET
payload = excluded.payload, own_updated = excluded.own_updated, changed_at = excluded.changed_at
"""
_MOMENTS = "UPDATE {parts} SET moments = %s WHERE location_id = %s AND uid = %s"
_DELETE = "DELETE FROM {parts} WHERE location_id = %s AND uid = ANY(%s)"


@dataclass(frozen=True, slots=True)
class KeptPart:
    """A part as it is kept: its text, and its own last_updated, not raised by what is inside it."""

    text: bytes
    updated: datetime | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of parts: `changed` when any was written, `stale` when an older one was not,
    `newer` are the texts of kept parts that are newer than what came."""

    changed: bool = False
    created: bool = False
    stale: bool = False
    newer: tuple[bytes, ...] = ()


def split(body: bytes, member: str) -> tuple[bytes, list[bytes]]:
    """An object without its list of parts, and the parts. A list of none (`[]`, null) stays where
    it is, for as long as there are no parts."""
    value = jsontext.members(body).get(member) if member else None
    if value is None or jsontext.is_null(value):
        return body, []
    items = [bytes(item) for item in jsontext.items(bytes(value))]
    return without(body, member) if items else body, items


def without(head: bytes, member: str) -> bytes:
    """An object that has parts, without the list of none that it may have had before."""
    members = jsontext.members(head)
    return head if members.pop(member, None) is None else jsontext.join(members)


async def has_any(connection: Connection, parts: str, parent: int) -> bool:
    """Whether an object has parts."""
    cursor = await connection.execute(_ANY.format(parts=parts), (parent,))
    return await cursor.fetchone() is not None


def check(body: bytes, found: Table) -> None:
    """Raises jsontext.JsonError when the list of parts is none, or holds other than objects."""
    for item in split(body, found.member)[1]:
        _uid(item, found.part_id)


async def replace_all(
    connection: Connection, parts: str, parent: int, items: list[bytes], change: Change
) -> Outcome:
    """Makes the parts of a parent exactly these; kept ones that are newer stay as they are."""
    kept = await _read(connection, parts, parent)
    given = {_uid(item, change.module.parts[0].id_field): item for item in items}
    newer = {
        uid: part.text
        for uid, part in kept.items()
        if not change.overwrites
        and is_older(
            stamp(given[uid]) if uid in given else change.updated, part.updated, change.now
        )
    }
    gone = [uid for uid in kept if uid not in given and uid not in newer]
    written = {
        uid: item
        for uid, item in given.items()
        if uid not in newer and (uid not in kept or kept[uid].text != item)
    }
    if gone:
        await connection.execute(_DELETE.format(parts=parts), (parent, gone))
    await _write(connection, parts, parent, written, change)
    return Outcome(changed=bool(gone or written), newer=tuple(newer.values()))


async def merge_all(
    connection: Connection, parts: str, parent: int, items: list[bytes], change: Change
) -> None:
    """Merges parts named in a PATCH of the parent; those that are not there yet are added."""
    if not items:
        return
    kept = await _read(connection, parts, parent)
    written = {}
    for item in items:
        uid = _uid(item, change.module.parts[0].id_field)
        part = kept.get(uid)
        if part is None:
            written[uid] = item
        elif change.overwrites or not is_older(stamp(item), part.updated, change.now):
            written[uid] = merged(part.text, item)
    await _write(connection, parts, parent, written, change)


async def keep_nested(connection: Connection, parts: str, parent: int, change: Change) -> Outcome:
    """Keeps a part (one id) or an item inside a part (two ids).

    Raises OcpiError 404 when what it belongs to, or a PATCH is for, is not there.
    """
    ids, shape, merge = change.part_ids, change.module.parts, change.effect is Effect.MERGE
    uid = fold(ids[0])
    part = (await _read(connection, parts, parent, uid)).get(uid)
    if part is None and (merge or len(ids) > 1):
        raise _unknown(shape[0], ids[0])
    if part is not None and len(ids) > 1:
        return await _keep_inner(connection, parts, parent, part, change)
    text = change.body
    if part is not None:
        if not change.overwrites and is_older(change.updated, part.updated, change.now):
            return Outcome(stale=True)
        if merge:
            text = nested.not_set_back(merged(part.text, text), part.text, change.now)
        if text == part.text:
            return Outcome()
    await _write(connection, parts, parent, {uid: text}, change, change.updated)
    return Outcome(changed=True, created=part is None)


async def _keep_inner(
    connection: Connection, parts: str, parent: int, part: KeptPart, change: Change
) -> Outcome:
    """Keeps a Connector inside its EVSE, whose last_updated is raised with it."""
    inner: Part = change.module.parts[1]
    identifier = change.part_ids[1]
    kept = nested.item(part.text, inner.member, inner.id_field, identifier)
    updated = stamp(kept) if kept is not None else None
    if not change.overwrites and is_older(change.updated, updated, change.now):
        return Outcome(stale=True)
    text = nested.with_item(
        part.text, inner.member, inner.id_field, identifier, change.body, change.now,
        merge=change.effect is Effect.MERGE,
    )  # fmt: skip
    if text is None:
        raise _unknown(inner, identifier)
    if text == part.text:
        return Outcome()
    uid = fold(change.part_ids[0])
    await _write(connection, parts, parent, {uid: text}, change, part.updated)
    return Outcome(changed=True, created=kept is None)


def is_older(given: datetime | None, kept: datetime | None, now: datetime) -> bool:
    """Whether what came is older than what is kept. Without both moments it never is, nor where
    what is kept lies ahead of the clock: else one such push would shut out all that follow."""
    if given is None or kept is None:
        return False
    return given < kept and not datetimes.is_ahead(kept, now)


async def _read(
    connection: Connection, parts: str, parent: int, uid: str | None = None
) -> dict[str, KeptPart]:
    one = "" if uid is None else " AND uid = %s"
    values = (parent,) if uid is None else (parent, uid)
    cursor = await connection.execute(_READ.format(parts=parts) + one, values)
    return {row[0]: KeptPart(row[1].encode(), row[2]) for row in await cursor.fetchall()}


async def _write(
    connection: Connection,
    parts: str,
    parent: int,
    texts: dict[str, bytes],
    change: Change,
    updated: datetime | None = None,
) -> None:
    """Writes parts; their own last_updated is `updated`, or what their text says."""
    rows = [
        (parent, uid, text.decode(), updated or stamp(text), change.now)
        for uid, text in texts.items()
    ]
    statement = _WRITE.format(parts=parts)
    if len(rows) == 1:
        await connection.execute(statement, rows[0])
    elif rows:
        async with connection.cursor() as cursor:
            await cursor.executemany(statement, rows)
    path = change.module.parts[0].moments
    for uid, text in texts.items() if path else ():
        values = (moments(text, path), parent, uid)
        await connection.execute(_MOMENTS.format(parts=parts), values)


def moments(text: bytes, path: str) -> list[datetime]:
    """The moments at a dotted path of a part, without repetitions; what is none is left out."""
    found = set()
    for each in found_in(jsontext.decode(text), path):
        with suppress(ValueError, OverflowError):
            found.add(datetimes.parse(str(each)))
    return sorted(found)


def _uid(item: bytes, id_field: str) -> str:
    value = jsontext.members(item).get(id_field, msgspec.Raw(b'""'))
    uid = fold(str(jsontext.decode(bytes(value))))
    if "\x00" in uid:
        raise jsontext.JsonError(f"the {id_field} of an object holds a NUL character")
    return uid


def _unknown(part: Part, identifier: str) -> Exception:
    return not_found(f"the hub keeps no {part.member} item {identifier[:40]!r}; PUT it first.")
