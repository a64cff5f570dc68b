"""Single objects from the hub's own copies, and who owns them.

The rule of who sees what is hub.routing.visible; this file only spells it as SQL, as page.py does.
"""

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection

from apps.store.tables import Table, object_key, table
from hub.ocpi import nested
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Audience, Module
from hub.ocpi.status import Code, OcpiError, not_found
from hub.routing.visible import View

Connection = AsyncConnection[Any]


async def one(
    connection: Connection, module: Module, view: View, key: str, part_ids: tuple[str, ...]
) -> bytes:
    """One visible object, or a nested one inside it. Raises OcpiError 404 when there is none,
    2002 when parties share the id (D-06)."""
    found = table(module)
    cursor = await connection.execute(
        f"SELECT t.owner, {found.document} FROM {found.name} t "
        f"WHERE {' AND '.join(_visible(found, module))} AND t.key = %(key)s",
        {**_view_values(found, view), "key": key},
    )
    rows = await cursor.fetchall()
    if len(rows) > 1:
        owners = ", ".join(sorted(row[0] for row in rows))
        raise OcpiError(
            Code.NOT_ENOUGH_INFORMATION,
            f"several parties have an object with this id ({owners}); set OCPI-to to one of them.",
        )
    if not rows:
        raise not_found(f"the hub has no such object in {module.id} that you may see.")
    return _inside(module, rows[0][1].encode(), part_ids)


async def own(
    connection: Connection, module: Module, owner: PartyId, key: str, part_ids: tuple[str, ...]
) -> bytes:
    """An owner's own object as the hub keeps it: the public copy first. Raises OcpiError 404."""
    found = table(module)
    cursor = await connection.execute(
        f"SELECT {found.document} FROM {found.name} t WHERE {found.where} "
        "AND t.owner = %(owner)s AND t.key = %(key)s ORDER BY t.audience LIMIT 1",
        {"owner": str(owner), "key": key, "module": found.module},
    )
    row = await cursor.fetchone()
    if row is None:
        raise not_found(f"the hub keeps no such object of {owner} in {module.id}.")
    return _inside(module, row[0].encode(), part_ids)


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


async def copies(
    connection: Connection, module: Module, owner: PartyId, key: str
) -> dict[str, bytes]:
    """Every copy of one object, by whom it is for."""
    found = table(module)
    cursor = await connection.execute(
        f"SELECT t.audience, {found.document} FROM {found.name} t WHERE {found.where} "
        "AND t.owner = %(owner)s AND t.key = %(key)s",
        {"owner": str(owner), "key": key, "module": found.module},
    )
    return {row[0]: row[1].encode() for row in await cursor.fetchall()}


async def owners(
    connection: Connection, module: Module, view: View, identifier: str, qualifier: str
) -> Sequence[PartyId]:
    """Who owns an object with this id that the viewer may see."""
    found = table(module)
    cursor = await connection.execute(
        f"SELECT DISTINCT t.owner FROM {found.name} t "
        f"WHERE {' AND '.join(_visible(found, module))} AND t.key = %(key)s",
        {**_view_values(found, view), "key": object_key(module, identifier, qualifier)},
    )
    return [PartyId.parse(row[0]) for row in await cursor.fetchall()]


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
    same_module = "AND d.module = t.module" if found.module else ""
    return (
        found.where,
        "t.audience IN ('', %(viewer)s)",
        "(t.owner = ANY(%(owners)s)) = %(only)s",
        # A party that was given a copy of its own sees that one, not the public one as well.
        f"NOT (t.audience = '' AND EXISTS (SELECT 1 FROM {found.name} d WHERE d.owner = t.owner "
        f"AND d.key = t.key AND d.audience = %(viewer)s {same_module}))",
    )


def _view_values(found: Table, view: View) -> dict[str, object]:
    return {
        "viewer": str(view.viewer),
        "owners": [str(owner) for owner in view.owners],
        "only": view.only,
        "module": found.module,
    }


def _inside(module: Module, text: bytes, part_ids: tuple[str, ...]) -> bytes:
    for part, identifier in zip(module.parts, part_ids, strict=False):
        inner = nested.item(text, part.member, part.id_field, identifier)
        if inner is None:
            raise not_found(f"that object has no {part.member} item {identifier[:40]!r}.")
        text = inner
    return text
