"""Who may see which kept object: the one rule behind every list and every look-up.

An object pushed to everyone is seen by every party on the receiving side that may talk to its
owner; a directed copy by its addressee alone; nobody sees their own. spec: #507, #511, D-22, D-23
"""

from dataclasses import dataclass

from hub.ocpi.ids import PartyId
from hub.ocpi.module import Module
from hub.routing.network import Network, Relation, Status


@dataclass(frozen=True, slots=True)
class View:
    """What one party may see of one module. `owners` whose public objects it may not see are
    named, because they are few; `module` is the id."""

    viewer: PartyId
    module: str
    hidden_owners: tuple[PartyId, ...]


def view(viewer: PartyId, module: Module, network: Network) -> View:
    """The view of a party: its own objects are hidden, so are those of parties it has no relation
    with and of suspended ones."""
    hidden = {viewer}
    for owner, registrations in network.parties.items():
        suspended = all(p.platform.status is Status.SUSPENDED for p in registrations)
        if suspended or network.relation(viewer, owner, module) is not Relation.ALLOWED:
            hidden.add(owner)
    return View(viewer, module.id, tuple(sorted(hidden)))
