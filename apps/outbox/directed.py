"""A party's own copy of an object goes out as it is kept at that moment: the party may have got a
newer one directly since it was booked, and nothing older may follow that."""

from typing import Any

from msgspec.structs import replace
from psycopg import AsyncConnection

from apps.modules import module_of
from apps.outbox.due import Due
from apps.store import find
from hub.ocpi.ids import PartyId

Connection = AsyncConnection[Any]
GONE = "the hub does not keep it any more"


async def as_kept(connection: Connection, due: Due) -> Due | None:
    """A delivery of a copy, with the copy as it is now; None when there is none any more."""
    key = due.object.split(" ", 2)[2]
    owner = PartyId.parse(due.owner)
    copies = await find.kept_copies(connection, module_of(due.module), owner, key)
    copy = copies.get(due.party)
    return None if copy is None else replace(due, body=copy.text, version=copy.version)
