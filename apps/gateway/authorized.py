"""May this token charge? What the question and its answer lack where versions differ: the type that
a token has in truth, and for the answer of a 2.1.1 platform the token itself."""

import dataclasses
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from msgspec.structs import replace
from psycopg import AsyncConnection

from apps.gateway.call import Call
from apps.store import facts
from apps.store.said import Wanted, context
from hub.ocpi import datetimes, jsontext
from hub.ocpi.bridge import Bridged, bridge
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Message
from hub.ocpi.module import Interface
from hub.routing.clues import value_of

Connection = AsyncConnection[Any]
CLASS = "AuthorizationInfo"
TOLD_AS = "OTHER"
_UID = "token_uid"


def token_of(message: Message) -> tuple[str, str]:
    """Uid and type of the token that a message asks about; empty where it asks about none."""
    uid = message.match.parameters.get(_UID, "")
    return (uid, value_of(message, "type") or "RFID") if uid else ("", "")


async def restored(
    connection: Connection, message: Message, target: str, owner: PartyId | None
) -> Message:
    """The question with the type that the token has in truth, where it is asked about as OTHER and
    one such token is kept, of the owner or of anybody."""
    uid, kind = token_of(message)
    if kind != TOLD_AS or message.match.interface is not Interface.SENDER:
        return message
    types = await facts.token_types(connection, owner, (uid,), message.version, target)
    if uid not in types:
        return message
    pairs = [(n, types[uid] if n == "type" else v) for n, v in parse_qsl(message.query)]
    return replace(message, query=urlencode(pairs))


async def said_of_unkept(connection: Connection, call: Call, wanted: Wanted, raw: bytes) -> Bridged:
    """The answer with a token made of what is known: who was asked, and about what. It may be used
    for this once: `whitelist` is NEVER."""
    uid, kind = wanted.token
    verdict = jsontext.members(raw).get("allowed", msgspec.Raw(b"null"))
    made = {
        "country_code": wanted.owner.country_code,
        "party_id": wanted.owner.party_id,
        "uid": uid,
        "type": kind,
        "contract_id": uid,
        "issuer": str(wanted.owner),
        "valid": jsontext.decode(bytes(verdict)) == "ALLOWED",
        "whitelist": "NEVER",
        "last_updated": datetimes.render(call.now),
    }
    known = await context(connection, wanted, (raw,))
    known = dataclasses.replace(known, token=msgspec.json.encode(made))
    return bridge(wanted.source, wanted.target, wanted.name, raw, known)
