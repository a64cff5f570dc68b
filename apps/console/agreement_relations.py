"""How parties stand to each other, from the picture of the network: the matrix of CPOs and those
who consume what they publish, and what decides between two of them, module by module.

Plain data. The rule is `Network.rule`, the very one that routing asks.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from apps.modules import registry
from hub.ocpi.ids import PartyId
from hub.ocpi.module import CONSUMERS, Module, Role
from hub.routing.agreements import Agreement, Relation, State
from hub.routing.network import Network

OPEN, NONE, MIXED = "open", "none", "mixed"
# Word, its letter in the matrix, and what it says.
WORDS: dict[str, tuple[str, str]] = {
    State.ACTIVE.value: ("A", "an active agreement lets them exchange it"),
    OPEN: ("F", "free: no agreement is needed (HUB_AGREEMENTS=open)"),
    State.OFFERED.value: ("O", "offered, not active yet: they see each other as PLANNED"),
    State.PAUSED.value: ("P", "paused: they see each other as PLANNED"),
    State.ENDED.value: ("E", "ended: they do not see each other"),
    NONE: ("N", "no agreement, and one is needed"),
    MIXED: ("M", "differs from module to module"),
}

Fact = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Side:
    """A party at an edge of the matrix."""

    party: PartyId
    roles: tuple[str, ...]
    platform: str
    platform_id: int
    status: str

    def fits(self, text: str) -> bool:
        """Whether its name, or that of its platform, has a text in it."""
        return text.lower() in f"{self.party} {self.platform}".lower()


def sides(network: Network) -> tuple[list[Side], list[Side]]:
    """The CPOs, and those who consume what they publish, each in the order of their ids."""
    return _side(network, {Role.CPO}), _side(network, CONSUMERS)


def _side(network: Network, roles: Collection[Role]) -> list[Side]:
    found = []
    for party in sorted(network.parties):
        here = [each for each in network.parties[party] if each.role in roles]
        if here:
            platform = here[0].platform
            names = tuple(sorted({each.role.value for each in here}))
            side = Side(party, names, platform.name, platform.id, platform.status.value)
            found.append(side)
    return found


def word(network: Network, one: PartyId, other: PartyId, module: Module) -> str:
    """In one word how two parties stand in a module: a key of WORDS."""
    rule = network.rule(one, other, module)
    if rule is None or rule.relation is None:
        return NONE if module.custom or not network.open_policy else OPEN
    # Past its end it has ended, whatever its state.
    return State.ENDED.value if rule.relation is Relation.HIDDEN else rule.state.value


def cell(network: Network, one: PartyId, other: PartyId, modules: Sequence[Module]) -> str:
    """The same for several modules; MIXED where they differ. Custom ones count where an agreement
    names them, unless they are all that is asked for."""
    if not network.offering and frozenset((one, other)) not in network.agreements:
        standard = OPEN if network.open_policy else NONE
        return standard if any(not module.custom for module in modules) else NONE
    asked = [
        module
        for module in modules
        if not module.custom or len(modules) == 1 or network.rule(one, other, module) is not None
    ]
    words = {word(network, one, other, module) for module in asked}
    return words.pop() if len(words) == 1 else MIXED if words else NONE


def modules(name: str = "") -> list[Module]:
    """The modules that are asked for: one, or all."""
    found = sorted(registry().values(), key=lambda module: module.id)
    return [module for module in found if not name or module.id == name]


def between(network: Network, one: PartyId, other: PartyId) -> list[Fact]:
    """Module by module: the word, whether they may exchange it, and what decides."""
    return [_module(network, one, other, module) for module in modules()]


def _module(network: Network, one: PartyId, other: PartyId, module: Module) -> Fact:
    rule: Agreement | None = network.rule(one, other, module)
    why = network.why_not(one, other, module)
    if not why:
        why = rule.said(module) if rule is not None else "HUB_AGREEMENTS=open, and no agreement"
    return {
        "module": module.id,
        "relation": word(network, one, other, module),
        "may": network.relation(one, other, module) is Relation.ALLOWED,
        "because": why,
    }


def chosen(side: Iterable[Side], text: str) -> list[Side]:
    """Those whose name or platform has a text in it."""
    return [each for each in side if each.fits(text)]
