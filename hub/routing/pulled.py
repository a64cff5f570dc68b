"""Whose a pulled object is, and for whom it is kept: never another platform's, never a guess.

spec: transport_and_format_client_owned_object_pull; D-22
"""

from dataclasses import dataclass
from typing import Any

from hub.ocpi.clue import Named
from hub.ocpi.ids import PartyId
from hub.ocpi.module import (
    PUSHES,
    Audience,
    Effect,
    Interface,
    Module,
    Operation,
    Route,
)
from hub.routing.clues import party_in
from hub.routing.network import Network


class Refused(Exception):
    """An object that is not kept; the text says why, for an operator."""


@dataclass(frozen=True, slots=True)
class Place:
    """The owner of an object, and the party it is kept for; None is everyone."""

    owner: PartyId
    audience: PartyId | None


def list_operation(module: Module) -> Operation | None:
    """The operation that lists a module's objects at its owner; None where there is none."""
    route = _list_route(module)
    return None if route is None else route.operations["GET"]


def list_path(module: Module) -> str:
    """Where below its endpoint a module's objects are listed; mostly at the endpoint itself."""
    route = _list_route(module)
    return "" if route is None else route.template


def _list_route(module: Module) -> Route | None:
    for route in module.routes:
        operation = route.operations.get("GET")
        if (
            operation is not None
            and operation.effect is Effect.LIST
            and route.interface is Interface.SENDER
            and not route.parameters
        ):
            return route
    return None


def can_be_pulled(module: Module) -> bool:
    """Whether the hub keeps what a SENDER lists: private objects only where they say for whom."""
    is_placed = module.audience is Audience.EVERYONE or bool(naming_fields(module))
    return module.keeps and is_placed and list_operation(module) is not None


def naming_fields(module: Module) -> tuple[str, ...]:
    """The fields in which a pushed object of the module names the other party."""
    return tuple(
        dict.fromkeys(
            clue.field
            for route in module.routes
            for operation in route.operations.values()
            if operation.effect in PUSHES
            for clue in operation.clues
            if isinstance(clue, Named)
        )
    )


def place_of(
    content: dict[str, Any], module: Module, asked: PartyId, platform_id: int, network: Network
) -> Place:
    """Where an object from the list of the party `asked` belongs. Raises Refused."""
    owner = _owner(content, asked) if module.names_owner else asked
    if not network.roles(platform_id, owner) & module.senders:
        raise Refused(f"its owner {owner} is no party of this platform that may own {module.id}")
    if module.audience is Audience.EVERYONE:
        return Place(owner, None)
    return Place(owner, _addressee(content, module, network))


def _owner(content: dict[str, Any], asked: PartyId) -> PartyId:
    """What an object leaves out is taken from the party that was asked."""
    named = []
    for name, own in (("country_code", asked.country_code), ("party_id", asked.party_id)):
        value = content.get(name) or own
        if not isinstance(value, str):
            raise Refused(f"field {name} is not a text")
        named.append(value[:40])
    return PartyId.of(*named)


def _addressee(content: dict[str, Any], module: Module, network: Network) -> PartyId:
    fields = naming_fields(module)
    for field in fields:
        party = party_in(content, field)
        if party is None:
            continue
        if party not in network.parties:
            shown = str(party)[:40]
            raise Refused(f"{field} names {shown}, a party that the hub does not know")
        return party
    raise Refused(f"{' and '.join(fields)} names no party it could be kept for")
