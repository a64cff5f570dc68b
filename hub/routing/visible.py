"""Who may see which kept object: the one rule behind every list and every look-up.

An object pushed to everyone is seen by every party on the receiving side that may talk to its
owner; a directed copy by its addressee alone; nobody sees their own. spec: #507, #511, D-22, D-23
"""

from dataclasses import dataclass

from hub.ocpi.ids import PartyId
from hub.ocpi.module import Module
from hub.routing.agreements import Relation
from hub.routing.network import Network, Status


@dataclass(frozen=True, slots=True)
class View:
    """What one party may see of one module, by its id: with `only` the objects of `owners` and of
    nobody else, otherwise those of everybody else."""

    viewer: PartyId
    module: str
    owners: tuple[PartyId, ...]
    only: bool


def view(viewer: PartyId, module: Module, network: Network) -> View:
    """The view of a party: never its own objects, nor those of suspended parties and of parties it
    has no relation with. Where that needs an agreement, so it does with an owner who is not
    connected any more."""
    partners = network.partners.get(viewer, frozenset())
    shown = {
        owner: owner != viewer
        and network.relation(viewer, owner, module) is Relation.ALLOWED
        and not _suspended(owner, network)
        for owner in {viewer, *partners, *network.parties}
    }
    only = module.custom or not network.open_policy
    return View(viewer, module.id, tuple(sorted(p for p in shown if shown[p] is only)), only)


def _suspended(owner: PartyId, network: Network) -> bool:
    registrations = network.parties.get(owner, ())
    return bool(registrations) and all(p.platform.status is Status.SUSPENDED for p in registrations)
