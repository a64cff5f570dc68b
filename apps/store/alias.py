"""Other names of ids, for those who cannot take the id itself: kept for good, and led back from.

An id of a 2.1.1 party may be too long for newer versions, a CDR's too long for 2.1.1; and a party
of 2.1.1, which is not told whose an object is, would take objects of two owners for one. A Location
and a Session of one id have names of their own, so each id belongs to a module; those of EVSEs to
`locations`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from psycopg import AsyncConnection

from apps.store.objects import EVERYONE
from hub.ocpi.ids import PartyId, fold

Connection = AsyncConnection[Any]

_KEEP = """
INSERT INTO store_alias (alias, module, owner, key, identifier, created_at)
SELECT alias, %(module)s, %(owner)s, key, identifier, %(now)s
FROM unnest(%(aliases)s::text[], %(keys)s::text[], %(ids)s::text[]) AS new (alias, key, identifier)
ON CONFLICT DO NOTHING
"""
# Who had a key first, of all, or of those who are shown to a party.
_FIRST = """
SELECT DISTINCT ON (t.key) t.key, t.owner FROM {table} t
WHERE t.key = ANY(%(keys)s) AND (%(audiences)s::text[] IS NULL OR t.audience = ANY(%(audiences)s))
ORDER BY t.key, t.sequence
"""
PREFIX, LENGTH = "H-", 34
# The longest id of newer versions, except that of a CDR, and of all ids of 2.1.1 but Locations'.
LONGEST_ID = 36
# Ids of this module had aliases before those of others, which their mint has to tell from these.
FIRST_MODULE = "locations"


@dataclass(frozen=True, slots=True)
class Real:
    """What an alias stands for; the id is spelled as its owner spells it."""

    owner: PartyId
    identifier: str


async def known(
    connection: Connection, module: str, owner: PartyId, ids: Collection[str]
) -> dict[str, str]:
    """The aliases that ids of an owner have been given in a module."""
    if not ids:
        return {}
    cursor = await connection.execute(
        "SELECT key, alias FROM store_alias WHERE module = %s AND owner = %s AND key = ANY(%s)",
        (module, _folded(owner), [fold(each) for each in ids]),
    )
    found = dict(await cursor.fetchall())
    return {each: found[fold(each)] for each in ids if fold(each) in found}


async def given(
    connection: Connection, module: str, owner: PartyId, ids: Collection[str], now: datetime
) -> dict[str, str]:
    """The aliases of ids of an owner in a module; one that has none is given one."""
    found = await known(connection, module, owner, ids)
    new = sorted(set(ids) - found.keys())
    if not new:
        return found
    minted = {each: _mint(module, owner, each) for each in new}
    await connection.execute(
        _KEEP,
        {
            "module": module,
            "owner": _folded(owner),
            "aliases": list(minted.values()),
            "keys": [fold(each) for each in minted],
            "ids": list(minted),
            "now": now,
        },
    )
    return found | minted


async def taken(
    connection: Connection, table: str, owner: PartyId, ids: Collection[str], viewer: str | None
) -> set[str]:
    """Those of an owner's ids that another owner had first, for anybody; with a viewer only among
    what is for everyone or for that party."""
    if not ids:
        return set()
    cursor = await connection.execute(
        _FIRST.format(table=table),
        {
            "keys": [fold(each) for each in ids],
            "audiences": None if viewer is None else [EVERYONE, viewer],
        },
    )
    first = dict(await cursor.fetchall())
    own = _folded(owner)
    return {each for each in ids if first.get(fold(each), own) != own}


async def owners(connection: Connection, module: str, key: str) -> set[str]:
    """The owners whose id of this key in a module has an alias."""
    cursor = await connection.execute(
        "SELECT owner FROM store_alias WHERE module = %s AND key = %s", (module, key)
    )
    return {row[0] for row in await cursor.fetchall()}


async def real(connection: Connection, identifiers: Collection[str]) -> Mapping[str, Real]:
    """What those of some ids stand for that are aliases: for what a platform sends back."""
    if not identifiers:
        return {}
    cursor = await connection.execute(
        "SELECT alias, owner, identifier FROM store_alias WHERE alias = ANY(%s)",
        ([fold(each) for each in identifiers],),
    )
    found = {row[0]: Real(PartyId.parse(row[1]), row[2]) for row in await cursor.fetchall()}
    return {each: found[fold(each)] for each in identifiers if fold(each) in found}


def may_be_one(identifier: str) -> bool:
    """Whether an id looks like an alias."""
    return len(identifier) == LENGTH and fold(identifier).startswith(PREFIX)


def _mint(module: str, owner: PartyId, identifier: str) -> str:
    """The same for the same id, so that two who mint it at once agree."""
    of_module = "" if module == FIRST_MODULE else f"{module} "
    text = f"{of_module}{_folded(owner)} {fold(identifier)}"
    return f"{PREFIX}{blake2b(text.encode(), digest_size=16).hexdigest().upper()}"


def _folded(owner: PartyId) -> str:
    return str(PartyId.of(*owner))
