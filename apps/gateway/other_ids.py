"""The ids in a URL as the receiver of another version knows them (apps/store/alias.py)."""

from typing import Any
from urllib.parse import quote, unquote

from msgspec.structs import replace
from psycopg import AsyncConnection

from apps.store import alias
from apps.store.said import Wanted, other_ids
from hub.ocpi.bridge.aliases import OWN
from hub.ocpi.message import Message
from hub.ocpi.module import Interface

Connection = AsyncConnection[Any]


async def tail_in(connection: Connection, message: Message, wanted: Wanted) -> str:
    """The raw path below the endpoint. An owner's ids get the names under which the receiver knows
    them; whoever uses others' objects may write such a name, and the id stands for it again."""
    match = message.match
    module = match.module
    if "id" not in OWN.get(module.object, {}) or not match.parameters:
        return message.tail
    names = [*module.key, *(part.parameter for part in module.parts)]
    ids = [match.parameters[name] for name in names if name in match.parameters]
    if match.interface is Interface.RECEIVER:
        others = await other_ids(connection, replace(wanted, name=module.object), ids)
    else:
        real = await alias.real(connection, ids)
        others = {each: found.identifier for each, found in real.items()}
    if not others:
        return message.tail
    return "/".join(
        quote(others.get(unquote(raw), unquote(raw)), safe="") if shape[1:-1] in names else raw
        for shape, raw in zip(match.route.segments, message.tail.split("/"), strict=True)
    )
