"""What a message asks of the hub's store: the object it names, and who it is for. Only reads."""

from typing import Any

from psycopg import AsyncConnection

from apps.modules import module_of
from apps.store import alias, find, index
from apps.store.change import OWNERLESS
from apps.store.tables import object_key
from hub.ocpi.ids import PartyId, fold
from hub.ocpi.message import Message
from hub.routing.clues import Each, KnownParty, OtherEnd, Owners, Question, value_of
from hub.routing.network import Network
from hub.routing.visible import view

Connection = AsyncConnection[Any]
# Kinds of links between two parties whose ids may have aliases, and the module they are of.
ALIASED = {"session": "sessions"}


async def answer_to(
    connection: Connection, question: Question, from_party: PartyId, network: Network
) -> list[PartyId]:
    """The parties that answer one question of a `Resolve`; none for those that only asking around
    can answer."""
    match question:
        case KnownParty(party):
            return [party]
        case OtherEnd(kind, identifier):
            version = _version(from_party, network)
            return await _ends(connection, kind, identifier, from_party, version)
        case Owners(module_id, identifier, qualifier):
            module = module_of(module_id)
            seen = view(from_party, module, network)
            version = _version(from_party, network)
            return list(await find.owners(connection, module, seen, identifier, qualifier, version))
        case Each(several):
            found = [await answer_to(connection, each, from_party, network) for each in several]
            return list(dict.fromkeys(party for parties in found for party in parties))
        case _:
            return []


async def _ends(
    connection: Connection, kind: str, identifier: str, party: PartyId, version: str
) -> list[PartyId]:
    """Who is at the other end of an id. A party of 2.1.1 knows ids of some by aliases only, and may
    mean one of these by an alias."""
    module = ALIASED.get(kind)
    found = list(await index.other_ends(connection, kind, identifier, party))
    if module is None:
        return found
    real = (await alias.real(connection, (identifier,))).get(identifier)
    if real is not None and not found:
        return [real.owner]
    if len(found) > 1 and version in OWNERLESS:
        others = await alias.owners(connection, module, fold(identifier))
        found = [each for each in found if str(each) not in others]
    return found


def _version(party: PartyId, network: Network) -> str:
    """The version that a party speaks; empty where its platforms speak several."""
    versions = {each.platform.version for each in network.parties.get(party, ())}
    return versions.pop() if len(versions) == 1 else ""


def key_of(message: Message) -> str:
    """The key of the kept object that a message names."""
    module = message.match.module
    identifier = message.match.parameters[next(iter(module.key))]
    qualifier = value_of(message, module.qualifier[0]) if module.qualifier else ""
    return object_key(module, identifier, qualifier)


def part_ids(message: Message) -> tuple[str, ...]:
    """The ids of the nested object it names, outermost first."""
    match = message.match
    return tuple(
        match.parameters[part.parameter]
        for part in match.module.parts
        if part.parameter in match.parameters
    )
