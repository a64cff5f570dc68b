"""Keeps what came: the present state of each object, as text, for everyone or for one party.

`keep` runs inside the caller's transaction and locks the object's row before it reads it, so that
concurrent pushes to one object never lose one. What is older than what is kept is not kept, and
what is the same is not written.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from apps.store import across, arrivals, parts, past, references, same_uid
from apps.store.change import Change, Origin, stamp
from apps.store.findings import CHANGED, note
from apps.store.parts import is_older
from apps.store.tables import Table, table
from apps.store.unsaid import columns as said_of
from hub.ocpi import jsontext, nested
from hub.ocpi.merge import merged
from hub.ocpi.module import Effect
from hub.ocpi.status import invalid, not_found

Connection = AsyncConnection[Any]
# New objects of a table and an audience come one transaction after the other.
NEWCOMERS = "SELECT pg_advisory_xact_lock(hashtext(%s), hashtext(%s))"


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of it: `created` for a new object, `stale` when a newer one is kept already,
    `same` when it is what is kept; in the last two cases nothing was written. `behind` says that
    some nested object is kept newer than it came."""

    created: bool = False
    stale: bool = False
    same: bool = False
    behind: bool = False


@dataclass(frozen=True, slots=True)
class _Row:
    """The kept object, locked."""

    sequence: int
    payload: bytes
    version: str
    own_updated: datetime | None = None
    flagged: bool = False
    origin: str = Origin.PUSH


async def keep(connection: Connection, change: Change) -> Kept:
    """Applies a change, and notes what was found wrong with it.

    Raises OcpiError 404 when a PATCH, or a nested object, has no kept object to go to, or one of
    another version that it cannot be merged with; 2001 when the body is not made of objects where
    it must be.
    """
    found = table(change.module)
    try:
        if change.effect in (Effect.REPLACE, Effect.MERGE) and not change.part_ids:
            parts.check(change.body, found)  # before anything is written
        kept, row = await _KEEPING[change.effect](connection, found, change)
    except jsontext.JsonError as error:
        raise invalid(f"the body cannot be kept: {error}.") from None
    appended = change.effect is Effect.APPEND and kept.same
    if appended and not await across.same(connection, change, row.payload, row.version):
        change = replace(change, findings=(CHANGED,))
    if not (kept.stale or kept.same):
        unknown = await references.unknown(connection, change)
        change = replace(change, findings=change.findings + unknown)
    await note(connection, change, stale=kept.stale, same=kept.same, flagged=row.flagged)
    if kept.created and not change.part_ids:
        await arrivals.note(connection, change)
    return kept


async def keep_alone(connection: Connection, change: Change) -> Kept:
    """Applies a change that is all there is to write, in a transaction of its own."""
    async with connection.transaction():
        return await keep(connection, change)


Outcome = tuple[Kept, _Row]


async def _replace(connection: Connection, found: Table, change: Change) -> Outcome:
    if change.part_ids:
        return await _part(connection, found, change)
    row = await _locked(connection, found, change)
    if row is None:
        row, created = await _insert(connection, found, change)
        if created:
            return Kept(created=True), row
    if not change.overwrites and is_older(change.updated, row.own_updated, change.now):
        return Kept(stale=True), row
    payload, items = parts.split(change.body, found.member)
    outcome = parts.Outcome()
    if found.parts:
        outcome = await parts.replace_all(connection, found.parts, row.sequence, items, change)
        for part in outcome.newer:
            payload = nested.raised(parts.without(payload, found.member), part, change.now)
    behind = bool(outcome.newer)
    if payload == row.payload and not outcome.changed:
        return Kept(same=True, behind=behind), row
    await _write(connection, found, row, payload, change, change.updated)
    return Kept(behind=behind), row


async def _append(connection: Connection, found: Table, change: Change) -> Outcome:
    row = await _locked(connection, found, change)
    if row is not None:
        return Kept(same=True), row
    row, created = await _insert(connection, found, change)
    return Kept(created=created, same=not created), row


async def _merge(connection: Connection, found: Table, change: Change) -> Outcome:
    if change.part_ids:
        return await _part(connection, found, change)
    row = await _known(connection, found, change)
    if not change.overwrites and is_older(change.updated, row.own_updated, change.now):
        return Kept(stale=True), row
    row, change = await _in_one_version(connection, found, row, change)
    patch, items = parts.split(change.body, found.member)
    payload = merged(row.payload, patch, change.module.appends)
    payload = nested.not_set_back(payload, row.payload, change.now)
    if found.parts and (items or await parts.has_any(connection, found.parts, row.sequence)):
        payload = parts.without(payload, found.member)
    await _write(connection, found, row, payload, change, change.updated)
    await parts.merge_all(connection, found.parts, row.sequence, items, change)
    return Kept(), row


async def _part(connection: Connection, found: Table, change: Change) -> Outcome:
    row = await _known(connection, found, change)
    row, change = await _in_one_version(connection, found, row, change)
    outcome = await parts.keep_nested(connection, found.parts, row.sequence, change)
    if outcome.changed:
        payload = nested.raised(row.payload, change.body, change.now)
        payload = parts.without(payload, found.member)
        # Which versions can say the object does not depend on its parts.
        await _write(connection, found, row, payload, change, row.own_updated, same_words=True)
    same = not (outcome.changed or outcome.stale)
    return Kept(created=outcome.created, stale=outcome.stale, same=same), row


async def _in_one_version(
    connection: Connection, found: Table, row: _Row, change: Change
) -> tuple[_Row, Change]:
    """The kept object and the part that came, in one version: that of the part, where the kept
    object loses nothing by it, else that of the kept object. Raises OcpiError 404."""
    if row.version == change.version:
        return row, change
    as_kept = across.Row(row.sequence, row.version)
    payload, change = await across.met(connection, found, as_kept, change)
    if payload is None:
        return row, change
    return replace(row, payload=payload, version=change.version), change


async def _remove(connection: Connection, found: Table, change: Change) -> Outcome:
    row = await _known(connection, found, change)
    if row.origin != Origin.PUSH:
        await past.remember(connection, found, row.sequence, change)
    if found.parts:
        await connection.execute(
            f"DELETE FROM {found.parts} WHERE location_id = %s", (row.sequence,)
        )
    await connection.execute(f"DELETE FROM {found.name} WHERE sequence = %s", (row.sequence,))
    return Kept(), row


_KEEPING = {
    Effect.REPLACE: _replace,
    Effect.MERGE: _merge,
    Effect.APPEND: _append,
    Effect.REMOVE: _remove,
}
_UNKNOWN = {
    Effect.REPLACE: "PUT it whole first",
    Effect.MERGE: "PUT it whole first",
    Effect.REMOVE: "there is nothing to delete, and nothing was changed",
}


async def _known(connection: Connection, found: Table, change: Change) -> _Row:
    row = await _locked(connection, found, change)
    if row is None:
        raise not_found(
            f"the hub keeps no such object of {change.owner} in {change.module.id}; "
            f"{_UNKNOWN[change.effect]}."
        )
    return row


async def _locked(connection: Connection, found: Table, change: Change) -> _Row | None:
    # Concatenated, the audience fits no index: else a plan made while the table was empty may take
    # the index of a list, and walk it to its end for every object.
    cursor = await connection.execute(
        f"SELECT t.sequence, t.payload::text, t.version, t.{found.own_updated}, t.flagged, "
        f"t.origin FROM {found.name} t WHERE {found.where} AND t.owner = %(owner)s "
        f"AND {found.keyed} AND t.audience || '' = %(audience)s FOR UPDATE",
        _identity(found, change),
    )
    row = await cursor.fetchone()
    return None if row is None else _Row(row[0], row[1].encode(), *row[2:])


async def _insert(connection: Connection, found: Table, change: Change) -> tuple[_Row, bool]:
    """The new object, or the one that another transaction put there meanwhile.

    New objects of one table and audience come into view in the order of their sequence: a cursor
    that has passed a number can rely on no lower one appearing later.
    """
    payload, items = parts.split(change.body, found.member)
    columns = {
        **_identity(found, change),
        **_values(found, change, payload, change.updated),
        **said_of(found, change.module, change.version, payload),
    }
    conflict = [name for name in ("module", "owner", "key", "audience") if name in columns]
    await connection.execute(NEWCOMERS, (found.name, change.audience))
    cursor = await connection.execute(
        f"INSERT INTO {found.name} ({', '.join(columns)}, flagged) "
        f"VALUES ({', '.join(f'%({name})s' for name in columns)}, FALSE) "
        f"ON CONFLICT ({', '.join(conflict)}) DO NOTHING RETURNING sequence",
        columns,
    )
    new = await cursor.fetchone()
    if new is None:
        row = await _locked(connection, found, change)
        if row is None:
            raise RuntimeError(f"{change.key}: neither new nor known")
        return row, False
    await _mark(connection, change, new[0], columns["unsaid"])
    if found.parts:
        await parts.replace_all(connection, found.parts, new[0], items, change)
    return _Row(new[0], payload, change.version), True


async def _write(
    connection: Connection,
    found: Table,
    row: _Row,
    payload: bytes,
    change: Change,
    own_updated: datetime | None,
    *,
    same_words: bool = False,
) -> None:
    if row.origin != Origin.PUSH:
        await past.remember(connection, found, row.sequence, change)
    values = _values(found, change, payload, own_updated)
    if not same_words:
        values |= said_of(found, change.module, change.version, payload)
    await connection.execute(
        f"UPDATE {found.name} SET {', '.join(f'{name} = %({name})s' for name in values)} "
        "WHERE sequence = %(sequence)s",
        {"sequence": row.sequence, **values},
    )
    await _mark(connection, change, row.sequence, values.get("unsaid"))


async def _mark(connection: Connection, change: Change, sequence: int, told: object) -> None:
    """Notes that 2.1.1 cannot say a token since it was told of another of the same uid; where it
    is noted at all what cannot be said."""
    if told is not None and change.module.object == same_uid.CLASS:
        await connection.execute(same_uid.MARK, same_uid.marking([sequence]))


def _identity(found: Table, change: Change) -> dict[str, object]:
    identity: dict[str, object] = {
        "owner": str(change.owner),
        "key": change.key,
        "audience": change.audience,
    }
    return identity | ({"module": found.module} if found.module else {})


def _values(
    found: Table, change: Change, payload: bytes, own_updated: datetime | None
) -> dict[str, object]:
    return {
        found.own_updated: own_updated,
        "payload": payload.decode(),
        "version": change.version,
        "last_updated": stamp(payload),
        "changed_at": change.now,
        "pushed_by": change.platform_id,
        "origin": change.origin.value,
        "cause": change.cause,
    }
