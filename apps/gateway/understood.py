"""What a 2.1.1 platform says, understood as 2.2.1: for the checks and decisions of the hub.

`Message.content` is the body as 2.2.1 says it; `Message.body` stays the very bytes. Such a platform
knows no hubs: whatever routing headers it sends mean nothing.
"""

from datetime import datetime
from typing import Any

from msgspec.structs import replace
from psycopg import AsyncConnection

from apps.gateway.authorized import restored
from apps.gateway.inbound import decode
from apps.store.drivers import holder
from apps.store.said import Wanted, said
from apps.store.same_uid import CLASS, kind_of
from hub.ocpi.bridge import Refusal, Verdict
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Message
from hub.ocpi.module import PUSHES, Audience, Effect
from hub.ocpi.schema.messages import body_name
from hub.ocpi.status import Code, OcpiError
from hub.routing.clues import value_of
from hub.routing.guard import requesting_party
from hub.routing.network import Network, Platform

AS, NEWEST = "2.2.1", "2.3.0"
# Versions whose bodies are understood in the words of another.
UNDERSTOOD = frozenset({"2.1.1"})


async def understood(
    message: Message,
    platform: Platform,
    network: Network,
    connection: AsyncConnection[Any],
    now: datetime,
) -> Message:
    """The message with what its body means. A body that 2.2.1 cannot say is left as it is, as it
    may still be for platforms of its own version.

    Raises OcpiError 2001 where the platform does not host one party, 4000 where it is not known
    whose driver a Session or CDR is about: it is held by its owner, and never guessed.
    """
    message = replace(message, to=None, from_=None)
    message = await _typed(connection, message)
    message = await restored(connection, message, NEWEST, None)
    name = body_name(message.match)
    if not (name and isinstance(message.content, dict)):
        return message
    owner = network.spelled(requesting_party(message, platform, network))
    wanted = Wanted(
        name=name,
        source=message.version,
        target=AS,
        owner=owner,
        viewer=None,
        now=now,
        is_patch=message.match.operation.effect is Effect.MERGE,
    )
    done = await said(connection, wanted, message.body)
    if done.text is not None:
        return replace(message, content=_with_own_ids(decode(done.text), message))
    if done.refusal is not None and done.refusal.verdict is Verdict.LACKING:
        payer = await _payer(connection, message, owner, network)
        if payer is not None:
            ends = {**owner._asdict(), "cdr_token": payer._asdict()}
            return replace(message, content={**message.content, **ends})
        _held(message, done.refusal)
    return message


async def _payer(
    connection: AsyncConnection[Any], message: Message, owner: PartyId, network: Network
) -> PartyId | None:
    """The party that a Session or CDR is for, where it speaks 2.1.1 too: it is passed on as it is,
    whichever token of the contract was used. None where that is not so."""
    auth_id, match = message.content.get("auth_id"), message.match
    if match.operation.effect not in PUSHES or not isinstance(auth_id, str):
        return None
    party = await holder(connection, owner, auth_id)
    target = network.find(party, match.module, match.interface) if party is not None else None
    return party if target is not None and target.platform.version == message.version else None


async def _typed(connection: AsyncConnection[Any], message: Message) -> Message:
    """The message with the type of the token in its URL, which 2.1.1 names by the uid alone."""
    match = message.match
    parameters, module = match.parameters, match.module
    uid = parameters.get("token_uid", "")
    if module.object != CLASS or not uid or value_of(message, "type"):
        return message
    owner = None
    if "country_code" in parameters:
        owner = PartyId.of(parameters["country_code"], parameters["party_id"])
    kind = await kind_of(connection, owner, uid)
    if not kind:
        return message
    return replace(message, match=replace(match, parameters={**parameters, "type": kind}))


def _with_own_ids(content: Any, message: Message) -> Any:
    """The content with its ids as the message spells them, and its URL: an id that is too long for
    2.2.1 has an alias there."""
    module = message.match.module
    fields = {*module.key.values(), *(part.id_field for part in module.parts)}
    own = {name: message.content[name] for name in fields & message.content.keys()}
    return {**content, **own} if isinstance(content, dict) else content


def _held(message: Message, refusal: Refusal) -> None:
    match = message.match
    is_private_push = (
        match.operation.effect in PUSHES and match.module.audience is Audience.ADDRESSEE
    )
    if is_private_push:
        raise OcpiError(
            Code.HUB_ERROR,
            f"the hub cannot tell who this {match.module.id} request is for ({refusal.path}: "
            f"{refusal.why.rstrip('.')}); send it again when that is known.",
        )
