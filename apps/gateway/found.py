"""What a message asks of the hub's store: the object it names, and who it is for. Only reads."""

from typing import Any

from psycopg import AsyncConnection

from apps.modules import module_of
from apps.store import find, index
from apps.store.tables import object_key
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Message
from hub.routing.clues import Each, KnownParty, OtherEnd, Owners, Question, value_of
from hub.routing.network import Network
from hub.routing.visible import view

Connection = AsyncConnection[Any]


async def answer_to(
    connection: Connection, question: Question, from_party: PartyId, network: Network
) -> list[PartyId]:
    """The parties that answer one question of a `Resolve`; none for those that only asking around
    can answer."""
    match question:
        case KnownParty(party):
            return [party]
        case OtherEnd(kind, identifier):
            return list(await index.other_ends(connection, kind, identifier, from_party))
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
