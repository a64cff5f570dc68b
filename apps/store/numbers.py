"""Numbers of reservations, for 2.1.1: its `reservation_id` is one, later versions have texts."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from hub.ocpi.ids import PartyId, fold

Connection = AsyncConnection[Any]

_GIVE = """
INSERT INTO store_reservationnumber (owner, key, given_at)
SELECT %(owner)s, key, %(now)s FROM unnest(%(keys)s::text[]) AS new (key)
ON CONFLICT (owner, key) DO NOTHING
"""


async def numbers(
    connection: Connection, owner: PartyId, identifiers: Collection[str], now: datetime
) -> dict[str, int]:
    """The number of each reservation of an owner, the same each time; a text that is a number
    already has one of its own, too, since others' numbers must not meet it."""
    folded = str(PartyId.of(*owner))
    keys = sorted({fold(each) for each in identifiers})
    await connection.execute(_GIVE, {"owner": folded, "keys": keys, "now": now})
    cursor = await connection.execute(
        "SELECT key, id FROM store_reservationnumber WHERE owner = %s AND key = ANY(%s)",
        (folded, keys),
    )
    found = dict(await cursor.fetchall())
    return {each: found[fold(each)] for each in identifiers}
