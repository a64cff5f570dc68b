"""Single objects from the hub's own copies, and who owns them.

The rule of who sees what is hub.routing.visible; this file only spells it as SQL, as page.py does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection

from apps.store import alias
from apps.store.change import OWNERLESS
from apps.store.overlaid import hidden
from apps.store.tables import Table, object_key, table
from hub.ocpi import nested
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Audience, Module
from hub.ocpi.status import Code, OcpiError, not_found
from hub.routing.visible import View

Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class Copy:
    """A whole object as it is kept, in the version it came in."""

    owner: PartyId
    version: str
    text: bytes


async def one(
    connection: Connection, module: Module, view: View, key: str, version: str = ""
) -> Copy:
    """One visible object, by its key or an alias. To a viewer of a version that tells no owners,
    those that share an id are told with aliases, but for the first (apps/store/alias.py). Raises
    OcpiError 404 when there is none, 2002 when parties share the id (D-06)."""
    found = table(module)
    cursor = await connection.execute(
        f"SELECT t.owner, t.version, {found.document} FROM {found.name} t "
        f"WHERE {' AND '.join(_visible(found, module))} AND {found.keyed}",
        {**_view_values(found, view), "key": key},
    )
    rows = await cursor.fetchall()
    if not rows and (real := (await alias.real(connection, (key,))).get(key)) is not None:
        return await _behind(connection, module, view, real)
    if len(rows) > 1 and version in OWNERLESS:
        given = await alias.owners(connection, module.id, key)
        rows = [row for row in rows if row[0] not in given]
    if len(rows) > 1:
        owners = ", ".join(sorted(row[0] for row in rows))
        raise OcpiError(
            Code.NOT_ENOUGH_INFORMATION,
            f"several parties have an object with this id ({owners}); set OCPI-to to one of them.",
        )
    if not rows:
        raise not_found(f"the hub has no such object in {module.id} that you may see.")
    return _copy(rows[0])


async def _behind(connection: Connection, module: Module, view: View, real: alias.Real) -> Copy:
    """The visible object that an alias stands for. Raises OcpiError 404."""
    found = table(module)
    cursor = await connection.execute(
        f"SELECT t.owner, t.version, {found.document} FROM {found.name} t "
        f"WHERE {' AND '.join(_visible(found, module))} AND t.key = %(key)s "
        "AND t.owner = %(owner)s",
        {
            **_view_values(found, view),
            "key": object_key(module, real.identifier),
            "owner": str(real.owner),
        },
    )
    row = await cursor.fetchone()
    if row is None:
        raise not_found(f"the hub has no such object in {module.id} that you may see.")
    return _copy(row)


async def own(connection: Connection, module: Module, owner: PartyId, key: str) -> Copy:
    """An owner's own object as the hub keeps it: the public copy first. Raises OcpiError 404."""
    found = table(module)
    cursor = await connection.execute(
        f"SELECT t.owner, t.version, {found.document} FROM {found.name} t WHERE {found.where} "
        f"AND t.owner = %(owner)s AND {found.keyed} ORDER BY t.audience LIMIT 1",
        {"owner": str(owner), "key": key, "module": found.module},
    )
    row = await cursor.fetchone()
    if row is None:
        raise not_found(f"the hub keeps no such object of {owner} in {module.id}.")
    return _copy(row)


async def addressed(
    connection: Connection, module: Module, owner: PartyId, audience: PartyId, key: str
) -> bytes:
    """The copy that one party sent to another. Raises OcpiError 404."""
    found = table(module)
    cursor = await connection.execute(
        f"SELECT {found.document} FROM {found.name} t WHERE {found.where} "
        "AND t.owner = %(owner)s AND t.audience = %(audience)s AND t.key = %(key)s",
        {
            "owner": str(owner),
            "audience": str(audience),
            "key": key,
            "module": found.module,
        },
    )
    row = await cursor.fetchone()
    if row is None:
        raise not_found(f"the hub keeps no such object in {module.id}.")
    return bytes(row[0].encode())


async def kept_copies(
    connection: Connection, module: Module, owner: PartyId, key: str
) -> dict[str, Copy]:
    """Every copy of one object with its version, by whom it is for."""
    found = table(module)
    cursor = await connection.execute(
        f"SELECT t.audience, t.owner, t.version, {found.document} FROM {found.name} t "
        f"WHERE {found.where} AND t.owner = %(owner)s AND t.key = %(key)s",
        {"owner": str(owner), "key": key, "module": found.module},
    )
    return {row[0]: _copy(row[1:]) for row in await cursor.fetchall()}


async def owners(
    connection: Connection,
    module: Module,
    view: View,
    identifier: str,
    qualifier: str,
    version: str = "",
) -> Sequence[PartyId]:
    """Who owns an object with this id, or this alias, that the viewer may see; see `one`."""
    found = table(module)
    cursor = await connection.execute(
        f"SELECT DISTINCT t.owner FROM {found.name} t "
        f"WHERE {' AND '.join(_visible(found, module))} AND t.key = %(key)s",
        {**_view_values(found, view), "key": object_key(module, identifier, qualifier)},
    )
    rows = await cursor.fetchall()
    if len(rows) > 1 and version in OWNERLESS:
        key = object_key(module, identifier, qualifier)
        given = await alias.owners(connection, module.id, key)
        rows = [row for row in rows if row[0] not in given]
    real = None if rows else (await alias.real(connection, (identifier,))).get(identifier)
    return [PartyId.parse(row[0]) for row in rows] if real is None else [real.owner]


async def keepers(
    connection: Connection, module: Module, key: str, viewer: PartyId
) -> Sequence[PartyId]:
    """Who owns an object with this key for everyone or for the viewer, whether the viewer may see
    it or not."""
    found = table(module)
    cursor = await connection.execute(
        f"SELECT DISTINCT t.owner FROM {found.name} t WHERE {found.where} AND t.key = %(key)s "
        "AND t.audience IN ('', %(viewer)s) ORDER BY t.owner",
        {"module": found.module, "key": key, "viewer": str(viewer)},
    )
    return [PartyId.parse(row[0]) for row in await cursor.fetchall()]


def _visible(found: Table, module: Module) -> tuple[str, ...]:
    if module.audience is Audience.ADDRESSEE:
        return (found.where, "t.audience = %(viewer)s", "(t.owner = ANY(%(owners)s)) = %(only)s")
    return (
        found.where,
        "t.audience IN ('', %(viewer)s)",
        "(t.owner = ANY(%(owners)s)) = %(only)s",
        f"NOT {hidden(found)}",
    )


def _view_values(found: Table, view: View) -> dict[str, object]:
    return {
        "viewer": str(view.viewer),
        "owners": [str(owner) for owner in view.owners],
        "only": view.only,
        "module": found.module,
    }


def _copy(row: Sequence[Any]) -> Copy:
    owner, version, text = row
    return Copy(PartyId.parse(owner), version, text.encode())


def inside(module: Module, text: bytes, part_ids: tuple[str, ...]) -> bytes:
    """A whole object, or the nested one that the ids lead to. Raises OcpiError 404."""
    for part, identifier in zip(module.parts, part_ids, strict=False):
        inner = nested.item(text, part.member, part.id_field, identifier)
        if inner is None:
            raise not_found(f"that object has no {part.member} item {identifier[:40]!r}.")
        text = inner
    return text
