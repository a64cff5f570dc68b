"""Who is shown to whom: the parties that a platform may know of, and the status it is told.

A platform sees every party that one of its own may exchange some module with, never its own. A
pending agreement shows as PLANNED, a suspended platform as SUSPENDED, whatever was agreed.
spec: mod_hub_client_info_module; D-08, D-23
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hub.ocpi.clientinfo import MODULE_ID
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Interface, Module, Role
from hub.routing.agreements import BEST, Relation
from hub.routing.network import Network, Platform, Status

# Versions whose Role has HUB; and the ModuleID of Payments.
WITH_HUBS = frozenset({"2.2.1"})
PAYMENTS = "payments"
# Two with the same of these roles have nothing for each other.
ONE_SIDED = frozenset({Role.CPO, Role.EMSP})


@dataclass(frozen=True, slots=True)
class Client:
    """What one platform is told of a party in one role; `platform_id` is where that is hosted."""

    spelled: PartyId
    role: Role
    platform_id: int
    status: Status


Who = tuple[PartyId, Role]


def clients(
    viewer: int,
    network: Network,
    modules: Iterable[Module],
    only: Iterable[PartyId] | None = None,
) -> Mapping[Who, Client]:
    """Everybody whom a platform may know of, by party and role; nobody before it has parties.
    With `only`, of these parties."""
    own = {party.id for party in network.hosted.get(viewer, ())}
    if not own:
        return {}
    described = tuple(modules)
    partners = {p for party in own for p in network.partners.get(party, ())} | network.offering
    offers = not own.isdisjoint(network.offering)
    otherwise = Relation.ALLOWED if network.open_policy else Relation.HIDDEN
    found = {}
    for party_id in network.parties if only is None else only:
        if party_id in own:
            continue
        relation = otherwise
        if offers or party_id in partners:
            relation = _best(own, party_id, network, described)
        if relation is Relation.HIDDEN:
            continue
        for party in network.parties.get(party_id, ()):
            status = _told(party.platform.status, relation)
            found[party_id, party.role] = Client(
                party.spelled, party.role, party.platform.id, status
            )
    return found


def reachable(viewer: int, network: Network, modules: Iterable[Module]) -> list[Client]:
    """The parties with which one of a platform's own exchanges some module, by role and agreement,
    whether they are on line or not: those that the hub's Credentials object names in 2.3.0 (D-20).
    """
    described = tuple(modules)
    own = network.hosted.get(viewer, ())
    return [
        client
        for (party, role), client in clients(viewer, network, described).items()
        if client.status in (Status.CONNECTED, Status.OFFLINE)
        and any(
            network.relation(each.id, party, module) is Relation.ALLOWED
            for each in own
            for module in described
            if _exchange(each.role, role, module)
        )
    ]


def _exchange(one: Role, other: Role, module: Module) -> bool:
    """Whether one of two roles runs an interface of a module that the other calls."""
    if one is other and one in ONE_SIDED:
        return False
    return any(
        (one in module.roles(interface) and other in module.callers(interface))
        for interface in Interface
    )


def told_role(role: Role, version: str, platform: Platform) -> Role:
    """The role that a platform is told of in its version: 2.3.0 has no HUB (D-26), and none has
    PTP, which those know who have Payments (D-27)."""
    if role is Role.HUB and version not in WITH_HUBS:
        return Role.OTHER
    if role is Role.PTP and not any(module == PAYMENTS for module, _ in platform.endpoints):
        return Role.OTHER
    return role


def fingerprint(network: Network) -> str:
    """What decides who is shown to whom, apart from statuses, as a short text: the same for two
    pictures of a network in which everybody sees the same parties."""
    parties = sorted(
        (str(party.id), *party.spelled, party.role.value, party.platform.id)
        for registrations in network.parties.values()
        for party in registrations
    )
    agreements = sorted(
        (
            sorted(map(str, parties)),
            [(sorted(a.modules), a.relation.value) for a in agreed if a.relation is not None],
        )
        for parties, agreed in network.agreements.items()
    )
    told = sorted(
        (p.id, p.version, p.endpoints.get((MODULE_ID, Interface.RECEIVER), ""))
        for p in network.platforms.values()
    )
    text = repr((network.open_policy, parties, agreements, told))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _best(
    own: Iterable[PartyId], other: PartyId, network: Network, modules: Iterable[Module]
) -> Relation:
    """The most that any of its parties may do, with any module, is what a platform may know."""
    best = Relation.HIDDEN
    for one in own:
        for module in modules:
            best = min(best, network.relation(one, other, module), key=BEST.index)
            if best is Relation.ALLOWED:
                return best
    return best


def _told(status: Status, relation: Relation) -> Status:
    if status is Status.SUSPENDED or relation is Relation.ALLOWED:
        return status
    return Status.PLANNED
