"""Keeps what was pushed: the present state of each object, as text, for everyone or for one party.

Each function runs inside the caller's transaction and locks the object's row before it reads it,
so concurrent pushes to one object never lose one. An update older than what is kept is not kept.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from apps.store import parts
from apps.store.tables import Table, object_key, table
from hub.ocpi import datetimes, jsontext, nested
from hub.ocpi.ids import PartyId
from hub.ocpi.merge import merged
from hub.ocpi.message import Message
from hub.ocpi.module import Effect, Module
from hub.ocpi.status import not_found
from hub.routing.clues import value_of

Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One push as the store needs it. `audience` is empty for everyone, else the party a directed
    copy is for; `part_ids` are the ids of the nested object meant, outermost first."""

    module: Module
    effect: Effect
    owner: PartyId
    key: str
    part_ids: tuple[str, ...]
    body: bytes
    audience: str
    version: str
    platform_id: int
    now: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of it: `created` for a new object, `stale` when a newer one was kept already."""

    created: bool = False
    stale: bool = False


def change_of(
    message: Message, owner: PartyId, audience: str, platform_id: int, now: datetime
) -> Change:
    """The change that a message asks for. Identity members that the body lacks are taken from the
    URL, so that a kept object always says whose it is."""
    match = message.match
    module = match.module
    parameter, id_field = next(iter(module.key.items()))
    identifier = match.parameters.get(parameter) or str(message.content[id_field])
    part_ids = tuple(
        match.parameters[p.parameter] for p in module.parts if p.parameter in match.parameters
    )
    qualifier = value_of(message, module.qualifier[0]) if module.qualifier else ""
    body = message.body
    if match.operation.effect is Effect.REPLACE and not part_ids:
        identity = {"country_code": owner.country_code, "party_id": owner.party_id}
        missing = {
            name: jsontext.raw(value)
            for name, value in {**identity, id_field: identifier}.items()
            if message.content.get(name) is None
        }
        if missing:
            body = jsontext.join({**jsontext.members(body), **missing})
    return Change(
        module,
        match.operation.effect,
        owner,
        object_key(module, identifier, qualifier),
        part_ids,
        body,
        audience,
        message.version,
        platform_id,
        now,
    )


async def keep(connection: Connection, change: Change) -> Kept:
    """Applies a change. Raises OcpiError 404 when a PATCH, or a nested object, has no kept object
    to go to."""
    found = table(change.module)
    if change.effect is Effect.REMOVE:
        return await _remove(connection, found, change)
    if change.part_ids:
        return await _keep_part(connection, found, change)
    if change.effect is Effect.MERGE:
        return await _merge(connection, found, change)
    return await _replace(connection, found, change)


async def keep_alone(connection: Connection, change: Change) -> Kept:
    """Applies a change that is all there is to write; one that takes several statements has a
    transaction of its own."""
    if change.effect is not Effect.MERGE and not table(change.module).parts:
        return await keep(connection, change)
    async with connection.transaction():
        return await keep(connection, change)


async def _replace(connection: Connection, found: Table, change: Change) -> Kept:
    payload, nested_items = parts.split(change.body, found.member)
    conflict = "module, owner, key, audience" if found.module else "owner, key, audience"
    module_column, module_value = ("module, ", "%(module)s, ") if found.module else ("", "")
    update = (
        "UPDATE SET payload = excluded.payload, version = excluded.version, "
        "last_updated = excluded.last_updated, changed_at = excluded.changed_at, "
        "pushed_by = excluded.pushed_by "
        "WHERE t.last_updated IS NULL OR excluded.last_updated IS NULL "
        "OR t.last_updated <= excluded.last_updated"
    )
    action = "NOTHING" if change.effect is Effect.APPEND else update
    cursor = await connection.execute(
        f"INSERT INTO {found.name} AS t ({module_column}owner, key, audience, payload, version, "
        f"last_updated, changed_at, pushed_by) VALUES ({module_value}%(owner)s, %(key)s, "
        "%(audience)s, %(payload)s::json, %(version)s, %(updated)s, %(now)s, %(platform)s) "
        f"ON CONFLICT ({conflict}) DO {action} RETURNING sequence, xmax = 0",
        {**_identity(found, change), **_values(change, payload)},
    )
    row = await cursor.fetchone()
    if row is None:
        return Kept(stale=change.effect is not Effect.APPEND)
    if found.parts:
        await parts.replace_all(connection, found.parts, row[0], nested_items, change.now)
    return Kept(created=row[1])


async def _merge(connection: Connection, found: Table, change: Change) -> Kept:
    sequence, kept = await _locked(connection, found, change)
    patch, nested_items = parts.split(change.body, found.member)
    await _write(connection, found, sequence, merged(kept, patch, change.module.appends), change)
    for item in nested_items:
        await parts.merge_one(connection, found.parts, sequence, item, change.now)
    return Kept()


async def _keep_part(connection: Connection, found: Table, change: Change) -> Kept:
    sequence, kept = await _locked(connection, found, change)
    created = await parts.keep_nested(
        connection,
        found.parts,
        sequence,
        change.module.parts,
        change.part_ids,
        change.body,
        merge=change.effect is Effect.MERGE,
        now=change.now,
    )
    await _write(connection, found, sequence, nested.raised(kept, change.body), change)
    return Kept(created=created)


async def _remove(connection: Connection, found: Table, change: Change) -> Kept:
    cursor = await connection.execute(
        f"DELETE FROM {found.name} t WHERE {found.where} AND t.owner = %(owner)s "
        "AND t.key = %(key)s AND t.audience = %(audience)s",
        _identity(found, change),
    )
    if cursor.rowcount == 0:
        raise _unknown(change)
    return Kept()


async def _locked(connection: Connection, found: Table, change: Change) -> tuple[int, bytes]:
    cursor = await connection.execute(
        f"SELECT t.sequence, t.payload::text FROM {found.name} t WHERE {found.where} "
        "AND t.owner = %(owner)s AND t.key = %(key)s AND t.audience = %(audience)s FOR UPDATE",
        _identity(found, change),
    )
    row = await cursor.fetchone()
    if row is None:
        raise _unknown(change)
    return row[0], row[1].encode()


async def _write(
    connection: Connection, found: Table, sequence: int, payload: bytes, change: Change
) -> None:
    await connection.execute(
        f"UPDATE {found.name} SET payload = %(payload)s::json, version = %(version)s, "
        "last_updated = %(updated)s, changed_at = %(now)s, pushed_by = %(platform)s "
        "WHERE sequence = %(sequence)s",
        {"sequence": sequence, **_values(change, payload)},
    )


def _identity(found: Table, change: Change) -> dict[str, object]:
    identity: dict[str, object] = {
        "owner": str(change.owner),
        "key": change.key,
        "audience": change.audience,
    }
    return identity | ({"module": found.module} if found.module else {})


def _values(change: Change, payload: bytes) -> dict[str, object]:
    updated = nested.last_updated(payload)
    return {
        "payload": payload.decode(),
        "version": change.version,
        "updated": datetimes.parse(updated) if updated else None,
        "now": change.now,
        "platform": change.platform_id,
    }


def _unknown(change: Change) -> Exception:
    return not_found(
        f"the hub keeps no such object of {change.owner} in {change.module.id}; PUT it whole first."
    )
