"""Which lists there are to pull: from the descriptions, and from what platforms offer."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from hub.ocpi.ids import PartyId
from hub.ocpi.module import Interface, Module
from hub.routing.network import Network, Platform
from hub.routing.pulled import can_be_pulled

ALL = "all"


class Listed(NamedTuple):
    """One party's list of one module at its platform."""

    platform_id: int
    module: str
    party: str


def switched_on(modules: Iterable[Module], names: tuple[str, ...]) -> tuple[Module, ...]:
    """The modules that can be pulled and that HUB_PULL_MODULES names."""
    return tuple(
        module
        for module in modules
        if can_be_pulled(module) and (ALL in names or module.id in names)
    )


def lists(network: Network, modules: Iterable[Module]) -> Iterator[Listed]:
    """Every list that is to be pulled, whether its platform is connected or not."""
    modules = tuple(modules)
    for platform in network.platforms.values():
        for module in modules:
            if why_not(network, platform, module):
                continue
            for party in parties(network, platform.id, module):
                yield Listed(platform.id, module.id, str(party))


def why_not(network: Network, platform: Platform, module: Module) -> str:
    """Why a platform is not pulled from; empty when it is."""
    if module.id in platform.not_pulled:
        return "switched off for this platform"
    offers = (module.identifier, Interface.SENDER) in platform.endpoints
    if not offers or platform.version not in module.versions:
        return f"the platform offers no SENDER interface of {module.identifier}"
    if module.custom and not network.sees_custom(platform.id, module):
        return f"no agreement names {module.id}"
    return ""


def parties(network: Network, platform_id: int, module: Module) -> tuple[PartyId, ...]:
    """The parties of a platform that may own objects of a module."""
    hosted = network.hosted.get(platform_id, ())
    return tuple(dict.fromkeys(p.id for p in hosted if p.role in module.senders))
