"""What conversions need to know of kept objects: tokens, Locations, tariffs; a query for each."""

from collections.abc import Collection
from typing import Any

from psycopg import AsyncConnection

from apps.modules import module_of
from apps.parties import directory
from apps.store.objects import EVERYONE
from apps.store.tables import table
from hub.ocpi.bridge import Context, Owner, bridge
from hub.ocpi.ids import PartyId, fold
from hub.ocpi.schema import SCHEMAS

Connection = AsyncConnection[Any]
MIDDLE = "2.2.1"

_TYPES = """
SELECT key, payload ->> 'uid', payload ->> 'type' FROM tokens_token
WHERE key = ANY(%s) AND (%s = '' OR owner = %s)
"""
_ONE = "SELECT version, payload::text FROM tokens_token WHERE owner = %s AND key = %s LIMIT 1"


def time_zone(owner: PartyId) -> str:
    """The configured time zone of an owner's Locations; empty where an operator gave none."""
    registered = directory.snapshot().parties.get(PartyId.of(*owner), ())
    return next((each.platform.time_zone for each in registered if each.platform.time_zone), "")


async def token_types(
    connection: Connection, owner: PartyId | None, uids: Collection[str], source: str, target: str
) -> dict[str, str]:
    """The type in truth of tokens told as OTHER: one that the target version has and the source
    version does not, where one such token is kept."""
    before, after = (SCHEMAS[each].enums["TokenType"].values for each in (source, target))
    types = sorted(set(after) - set(before))
    if not uids or not types:
        return {}
    keys = [f"{fold(uid)}\t{kind}" for uid in uids for kind in types]
    folded = str(PartyId.of(*owner)) if owner is not None else ""
    cursor = await connection.execute(_TYPES, (keys, folded, folded))
    found: dict[str, set[str]] = {}
    for key, _, kind in await cursor.fetchall():
        found.setdefault(key.partition("\t")[0], set()).add(kind)
    return {uid: next(iter(found[fold(uid)])) for uid in uids if len(found.get(fold(uid), ())) == 1}


async def token(connection: Connection, owner: PartyId, uid: str, kind: str) -> bytes:
    """The kept token as 2.2.1 says it, empty where it is not kept or cannot be said."""
    key = f"{fold(uid)}\t{fold(kind or 'RFID')}"
    cursor = await connection.execute(_ONE, (str(PartyId.of(*owner)), key))
    row = await cursor.fetchone()
    if row is None:
        return b""
    whose = Context(owner=Owner(*owner))
    return bridge(row[0], MIDDLE, "Token", row[1].encode(), whose).text or b""


async def locations(
    connection: Connection, owner: PartyId, ids: Collection[str]
) -> dict[str, bytes]:
    """Kept Locations of an owner as 2.2.1 says them, by their ids as they are asked for."""
    if not ids:
        return {}
    found = table(module_of("locations"))
    cursor = await connection.execute(
        f"SELECT t.key, t.version, {found.document} FROM {found.name} t "
        "WHERE t.owner = %s AND t.key = ANY(%s) AND t.audience = %s",
        (str(PartyId.of(*owner)), [fold(each) for each in ids], EVERYONE),
    )
    whose = Context(owner=Owner(*owner), time_zone=time_zone(owner))
    kept = {}
    for key, version, text in await cursor.fetchall():
        said = bridge(version, MIDDLE, "Location", text.encode(), whose).text
        if said is not None:
            kept[key] = said
    return {each: kept[fold(each)] for each in ids if fold(each) in kept}


async def tariffs(
    connection: Connection, owner: PartyId, ids: Collection[str], target: str, facts: Context
) -> dict[str, bool]:
    """Whether a version can say tariffs of an owner that are kept."""
    if not ids:
        return {}
    cursor = await connection.execute(
        "SELECT key, version, payload::text FROM tariffs_tariff "
        "WHERE owner = %s AND key = ANY(%s) AND audience = %s",
        (str(PartyId.of(*owner)), [fold(each) for each in ids], EVERYONE),
    )
    kept = {
        key: bridge(version, target, "Tariff", text.encode(), facts).text is not None
        for key, version, text in await cursor.fetchall()
    }
    return {each: kept[fold(each)] for each in ids if fold(each) in kept}
