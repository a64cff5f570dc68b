"""What a PATCH makes of the object that the hub keeps: for versions in which only the whole can be
said."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from apps.gateway.call import Heard
from apps.store import find
from apps.store.change import change_of
from apps.store.objects import EVERYONE
from apps.store.said import Wanted, said
from hub.ocpi import datetimes, jsontext, nested
from hub.ocpi.ids import PartyId
from hub.ocpi.merge import merged
from hub.ocpi.message import Message
from hub.ocpi.module import Part

Connection = AsyncConnection[Any]
# Versions to which objects may have to be hidden for what a PATCH does not say (`publish`).
HIDING = frozenset({"2.1.1"})


@dataclass(frozen=True, slots=True)
class Patched:
    """The whole object with the PATCH in it, and the part of it that the URL names: the object
    itself, or an EVSE or Connector."""

    object: bytes
    part: bytes


async def kept(
    connection: Connection, heard: Heard, message: Message, to: PartyId | None
) -> Patched | None:
    """The object that is kept for a party, else the one for everyone, patched. None where there is
    none in this version, or not the part that the PATCH is for."""
    change = change_of(message, heard.from_party, str(to or EVERYONE), heard.platform.id, heard.now)
    copies = await find.kept_copies(connection, change.module, heard.from_party, change.key)
    copy = copies.get(change.audience) or copies.get(EVERYONE)
    if copy is None:
        return None
    whole: bytes | None = copy.text
    if copy.version != message.version:  # as after an upgrade
        owner = heard.network.spelled(heard.from_party)
        wanted = Wanted(
            change.module.object, copy.version, message.version, owner, heard.from_party, heard.now
        )
        whole = (await said(connection, wanted, copy.text)).text
    if whole is None:
        return None
    patch = _stamped(message, heard)
    module = change.module
    return apply(whole, module.parts, change.part_ids, patch, module.appends, heard.now)


def apply(
    whole: bytes,
    parts: tuple[Part, ...],
    ids: tuple[str, ...],
    patch: bytes,
    appends: tuple[str, ...],
    now: datetime,
) -> Patched | None:
    """A kept object with a PATCH of it, or of the nested object that the ids lead to; None when it
    has no such. Nested objects inside the patch replace or change those of the same id."""
    if ids:
        part, *inner = parts
        item = nested.item(whole, part.member, part.id_field, ids[0])
        found = apply(item, tuple(inner), ids[1:], patch, (), now) if item is not None else None
        if found is None:
            return None
        around = nested.with_item(
            whole, part.member, part.id_field, ids[0], found.object, now, merge=False
        )
        return Patched(around or whole, found.part)
    members = jsontext.members(patch)
    items: list[bytes] = []
    if parts and not jsontext.is_null(members.get(parts[0].member)):
        items = [bytes(each) for each in jsontext.items(bytes(members.pop(parts[0].member)))]
    result = merged(whole, jsontext.join(members), appends)
    for each in items:
        part = parts[0]
        identifier = jsontext.decode(bytes(jsontext.members(each).get(part.id_field, b"null")))
        at = (part.member, part.id_field, str(identifier), each, now)
        result = (
            nested.with_item(result, *at, merge=True)
            or nested.with_item(result, *at, merge=False)
            or result
        )
    return Patched(result, result)


def _stamped(message: Message, heard: Heard) -> bytes:
    """The PATCH with the moment it came, where it has no last_updated, as those of 2.1.1 may."""
    members = jsontext.members(message.body)
    if jsontext.is_null(members.get("last_updated")):
        members["last_updated"] = jsontext.raw(datetimes.render(heard.now))
        return jsontext.join(members)
    return message.body
