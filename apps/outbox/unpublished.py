"""A Location that is no longer published, where receivers of 2.1.1 may have it: 2.1.1 has no word
for `publish`, so they are told that its EVSEs are REMOVED, and nothing else of it.

spec: mod_locations_location_object, `publish`; 2.1.1 has no DELETE of a Location either.
"""

from typing import Any
from urllib.parse import quote

import msgspec
from psycopg import AsyncConnection

from apps.store import find
from apps.store.change import Change
from apps.store.objects import EVERYONE
from apps.store.said import Wanted, other_ids, said
from apps.store.unsaid import names, unsaid
from hub.ocpi import jsontext
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Message
from hub.ocpi.module import Effect
from hub.routing.translated import OLDEST

Connection = AsyncConnection[Any]
IN_URL = ("country_code", "party_id", "location_id")


async def removed(connection: Connection, change: Change, message: Message) -> list[Message]:
    """What receivers of 2.1.1 are told of a Location that a push is about to hide from them, a
    PATCH for each EVSE; to be asked before the push is kept. Nothing where they never could have
    had it."""
    content = jsontext.decode(change.body) if _may_hide(change) else None
    if not isinstance(content, dict) or content.get("publish") is not False:
        return []
    copies = await find.kept_copies(connection, change.module, change.owner, change.key)
    copy = copies.get(EVERYONE)
    if copy is None or names(unsaid(change.module, copy.version, copy.text), OLDEST):
        return []
    country, party, identifier = (message.match.parameters[name] for name in IN_URL)
    wanted = Wanted("Location", message.version, OLDEST, PartyId(country, party), None, change.now)
    others = await other_ids(connection, wanted, [identifier])
    patch = {"status": "REMOVED", "last_updated": content.get("last_updated")}
    wanted = msgspec.structs.replace(wanted, name="EVSE", is_patch=True)
    done = await said(connection, wanted, msgspec.json.encode(patch))
    if done.text is None:
        return []
    above = (country, party, others.get(identifier, identifier))
    return [
        msgspec.structs.replace(
            message,
            version=OLDEST,
            method="PATCH",
            tail="/".join(quote(each, safe="") for each in (*above, uid)),
            body=done.text,
        )
        for uid in present(copy.text)
    ]


def _may_hide(change: Change) -> bool:
    """Whether it is about a whole Location, for everyone."""
    return (
        change.module.object == "Location"
        and change.effect in (Effect.REPLACE, Effect.MERGE)
        and not change.part_ids
        and change.audience == EVERYONE
        and b"publish" in change.body
    )


def present(text: bytes) -> list[str]:
    """The uids of the EVSEs of a Location that are not REMOVED."""
    location = jsontext.decode(text)
    evses = location.get("evses") if isinstance(location, dict) else None
    return [
        str(each["uid"])
        for each in evses or ()
        if isinstance(each, dict) and each.get("uid") and each.get("status") != "REMOVED"
    ]
