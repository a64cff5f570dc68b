"""A small network for the rules: two CPOs, two eMSPs, one of each away, and the hub NL/HUB."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

import msgspec

from apps.modules import registry
from hub.ocpi import headers as h
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Message
from hub.ocpi.module import Interface, Role
from hub.routing.agreements import Agreement, Relation, State
from hub.routing.network import Network, Party, Platform, Secret, Status

HUB = PartyId("NL", "HUB")
CPO = PartyId("NL", "CPO")
MSP = PartyId("DE", "MSP")
AWAY_CPO = PartyId("BE", "CPO")
AWAY_MSP = PartyId("FR", "MSP")
PTP = PartyId("SE", "PTP")
AWAY_PTP = PartyId("FI", "PTP")
STRANGER = PartyId("XX", "YYY")

# Party, role, status; each on a platform of its own that offers all that its role runs.
MEMBERS = (
    (CPO, Role.CPO, Status.CONNECTED),
    (MSP, Role.EMSP, Status.CONNECTED),
    (AWAY_CPO, Role.CPO, Status.OFFLINE),
    (AWAY_MSP, Role.EMSP, Status.OFFLINE),
)

# Payments are between CPOs and these.
WITH_PTPS = (*MEMBERS, (PTP, Role.PTP, Status.CONNECTED), (AWAY_PTP, Role.PTP, Status.OFFLINE))

STATES = {
    Relation.ALLOWED: State.ACTIVE,
    Relation.PENDING: State.OFFERED,
    Relation.HIDDEN: State.ENDED,
}


def platform(number: int, role: Role, status: Status, name: str) -> Platform:
    endpoints = {
        (module.identifier, interface): (
            f"https://{name.lower()}.example/{interface.segment}/{module.identifier}"
        )
        for module in registry().values()
        for interface in Interface
        if role in module.roles(interface)
    }
    return Platform(
        id=number,
        name=name,
        status=status,
        version="2.2.1",
        endpoints=endpoints,
        hosts=frozenset({f"{name.lower()}.example"}),
        token=Secret(f"token-{number}"),
    )


def network(
    members: tuple[tuple[PartyId, Role, Status], ...] = MEMBERS,
    *,
    relations: dict[tuple[PartyId, PartyId], Relation] | None = None,
    open_policy: bool = True,
) -> Network:
    """The network of these members, each on a platform numbered from 1."""
    hosted = {}
    parties: dict[PartyId, tuple[Party, ...]] = defaultdict(tuple)
    for number, (party, role, status) in enumerate(members, start=1):
        name = f"{party.country_code}{party.party_id}"
        row = Party(party, role, platform(number, role, status, name), party)
        hosted[number] = (row,)
        parties[party] += (row,)
    agreements = {
        frozenset(pair): (Agreement(frozenset(pair), frozenset(), relation, STATES[relation]),)
        for pair, relation in (relations or {}).items()
    }
    return Network(
        hub=HUB,
        platforms={n: rows[0].platform for n, rows in hosted.items()},
        parties=dict(parties),
        hosted=hosted,
        agreements=agreements,
        open_policy=open_policy,
    )


def home(party: PartyId, net: Network) -> Platform:
    """The platform that hosts a party."""
    return net.parties[party][0].platform


def message(
    method: str,
    interface: Interface,
    module: str,
    tail: str = "",
    *,
    from_: h.Heading = None,
    to: h.Heading = None,
    content: Any = None,
    query: str = "",
    version: str = "2.2.1",
) -> Message:
    """A message as the gateway would read it."""
    segments = tuple(part for part in tail.split("/") if part)
    return Message(
        version=version,
        method=method,
        match=registry().match(version, interface, module, method, segments),
        tail=tail,
        query=query,
        headers={"content-type": "application/json"},
        body=b"" if content is None else msgspec.json.encode(content),
        content=content,
        to=to,
        from_=from_,
        request_id="request-1",
        correlation_id="correlation-1",
    )


def with_platform(net: Network, party: PartyId, **changes: Any) -> Network:
    """The network with a party's platform changed."""
    old = home(party, net)
    new = replace(old, **changes)

    def swap(rows: tuple[Party, ...]) -> tuple[Party, ...]:
        return tuple(replace(r, platform=new) if r.platform.id == old.id else r for r in rows)

    return replace(
        net,
        platforms={**net.platforms, old.id: new},
        parties={p: swap(rows) for p, rows in net.parties.items()},
        hosted={n: swap(rows) for n, rows in net.hosted.items()},
    )
