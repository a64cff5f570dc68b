"""Nested objects kept as rows of their own (the EVSEs of a Location), and those inside them."""

from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

from hub.ocpi import datetimes, jsontext, nested
from hub.ocpi.ids import fold
from hub.ocpi.merge import merged
from hub.ocpi.module import Part
from hub.ocpi.status import not_found

Connection = AsyncConnection[Any]


def split(body: bytes, member: str) -> tuple[bytes, list[bytes]]:
    """An object without its list of parts, and the parts. Nothing is split without a member."""
    if not member:
        return body, []
    members = jsontext.members(body)
    value = members.pop(member, None)
    if value is None:
        return body, []
    items = [] if jsontext.is_null(value) else jsontext.items(bytes(value))
    return jsontext.join(members), [bytes(item) for item in items]


async def replace_all(
    connection: Connection, parts: str, parent: int, items: list[bytes], now: datetime
) -> None:
    """Makes the parts of a parent exactly these."""
    uids = [_uid(item) for item in items]
    await connection.execute(
        f"DELETE FROM {parts} WHERE location_id = %s AND uid <> ALL(%s)", (parent, uids)
    )
    for uid, item in zip(uids, items, strict=True):
        await _write(connection, parts, parent, uid, item, now)


async def merge_one(
    connection: Connection, parts: str, parent: int, item: bytes, now: datetime
) -> None:
    """Merges a part named in a PATCH of the parent; one that is not there yet is added."""
    kept = await _read(connection, parts, parent, _uid(item))
    text = item if kept is None else merged(kept, item)
    await _write(connection, parts, parent, _uid(item), text, now)


async def keep_nested(
    connection: Connection,
    parts: str,
    parent: int,
    shape: tuple[Part, ...],
    ids: tuple[str, ...],
    body: bytes,
    *,
    merge: bool,
    now: datetime,
) -> bool:
    """Keeps a part (one id) or an item inside a part (two ids); returns whether it is new.

    Raises OcpiError 404 when what it belongs to, or a PATCH is for, is not there.
    """
    uid = fold(ids[0])
    kept = await _read(connection, parts, parent, uid)
    if len(ids) == 1:
        if merge and kept is None:
            raise _unknown(shape[0], ids[0])
        text = merged(kept, body) if merge and kept is not None else body
        await _write(connection, parts, parent, uid, text, now)
        return kept is None
    if kept is None:
        raise _unknown(shape[0], ids[0])
    inner = shape[1]
    known = nested.item(kept, inner.member, inner.id_field, ids[1]) is not None
    text_or_none = nested.with_item(kept, inner.member, inner.id_field, ids[1], body, merge=merge)
    if text_or_none is None:
        raise _unknown(inner, ids[1])
    await _write(connection, parts, parent, uid, text_or_none, now)
    return not known


async def _read(connection: Connection, parts: str, parent: int, uid: str) -> bytes | None:
    cursor = await connection.execute(
        f"SELECT payload::text FROM {parts} WHERE location_id = %s AND uid = %s FOR UPDATE",
        (parent, uid),
    )
    row = await cursor.fetchone()
    return None if row is None else row[0].encode()


async def _write(
    connection: Connection, parts: str, parent: int, uid: str, text: bytes, now: datetime
) -> None:
    updated = nested.last_updated(text)
    await connection.execute(
        f"INSERT INTO {parts} (location_id, uid, payload, last_updated, changed_at) "
        "VALUES (%s, %s, %s::json, %s, %s) ON CONFLICT (location_id, uid) DO UPDATE SET "
        "payload = excluded.payload, last_updated = excluded.last_updated, "
        "changed_at = excluded.changed_at",
        (parent, uid, text.decode(), datetimes.parse(updated) if updated else None, now),
    )


def _uid(item: bytes) -> str:
    value = jsontext.members(item).get("uid", msgspec.Raw(b'""'))
    return fold(str(jsontext.decode(bytes(value))))


def _unknown(part: Part, identifier: str) -> Exception:
    return not_found(f"the hub keeps no {part.member} item {identifier[:40]!r}; PUT it first.")
