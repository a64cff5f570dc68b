"""A small network with rows of agreements, for the tests of their rules."""

from dataclasses import replace
from datetime import UTC, datetime

from apps.modules import module_of
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Role
from hub.routing.agreements import Agreement, Relation
from hub.routing.network import Network, Status
from tests.routing.networks import CPO, MSP, network

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TARIFFS, TOKENS = module_of("tariffs"), module_of("tokens")
CUSTOM = replace(TARIFFS, id="nltnm_prices", custom=True)
MODULES = (module_of("locations"), TARIFFS, TOKENS, CUSTOM)
OTHER_CPO, BOTH, NAP, GONE = (PartyId("NL", p) for p in ("TWO", "ALL", "NAP", "OFF"))
MEMBERS = (
    (CPO, Role.CPO, Status.CONNECTED),
    (OTHER_CPO, Role.CPO, Status.OFFLINE),
    (MSP, Role.EMSP, Status.CONNECTED),
    (NAP, Role.NAP, Status.CONNECTED),
    (BOTH, Role.CPO, Status.CONNECTED),
    (BOTH, Role.EMSP, Status.CONNECTED),
)
PARTIES = (CPO, OTHER_CPO, MSP, NAP, BOTH)
CPOS, OTHERS = {CPO, OTHER_CPO, BOTH}, {MSP, NAP, BOTH}


def row(*parties: PartyId, modules: tuple[str, ...] = (), relation: Relation | None) -> Agreement:
    return Agreement(frozenset(parties), frozenset(modules), relation)


def net_of(found: list[Agreement], open_policy: bool = True) -> Network:
    """A network with these rows, the newest first."""
    agreements: dict[frozenset[PartyId], tuple[Agreement, ...]] = {}
    for each in found:
        agreements[each.parties] = (*agreements.get(each.parties, ()), each)
    return replace(network(MEMBERS), agreements=agreements, open_policy=open_policy)
