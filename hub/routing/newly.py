"""Who may have what since the agreements changed: from two pictures of the network.

Only parties whose agreements changed are looked at, so that the change of one agreement costs
little in a large network, and a change of the policy alone moves nothing.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from hub.ocpi.ids import PartyId
from hub.ocpi.module import Audience, Module
from hub.ocpi.whole import put_route
from hub.routing.agreements import Agreement, Relation
from hub.routing.network import Network


class Newly(NamedTuple):
    """One party may have from now on what another one owns of a module."""

    owner: PartyId
    party: PartyId
    module: Module


def newly(before: Network, after: Network, modules: Iterable[Module]) -> Iterator[Newly]:
    """What parties may have that they could not have before, of modules whose objects are public
    and can be PUT."""
    public = [m for m in modules if m.audience is Audience.EVERYONE and m.keeps and put_route(m)]
    for one, other in sorted(_touched(before, after)):
        for module in public:
            if _allowed(after, one, other, module) and not _allowed(before, one, other, module):
                for owner, party in ((one, other), (other, one)):
                    owns = _roles(owner, after) & module.senders
                    if owns and _roles(party, after) & module.receivers:
                        yield Newly(owner, party, module)


def _touched(before: Network, after: Network) -> set[tuple[PartyId, PartyId]]:
    """The pairs of parties of which an agreement says something else."""
    found = set()
    for parties in before.agreements.keys() | after.agreements.keys():
        if _says(before.agreements.get(parties, ())) == _says(after.agreements.get(parties, ())):
            continue
        one, *rest = sorted(parties)
        for other in rest or (party for party in after.parties if after.opposite(one, party)):
            found.add((min(one, other), max(one, other)))
    return found


def _says(agreed: Iterable[Agreement]) -> list[tuple[frozenset[str], Relation]]:
    return [(row.modules, row.relation) for row in agreed if row.relation is not None]


def _allowed(network: Network, one: PartyId, other: PartyId, module: Module) -> bool:
    return network.relation(one, other, module) is Relation.ALLOWED


def _roles(party: PartyId, network: Network) -> frozenset[str]:
    return frozenset(each.role for each in network.parties.get(party, ()))
