"""The hub's versions, version details and its own Credentials object.

spec: version_information_endpoint_version_information_endpoint
"""

from typing import Any

from django.conf import settings

from apps.modules import registry
from hub.ocpi.clientinfo import MODULE_ID
from hub.ocpi.credentials import of_hub
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Interface, Module
from hub.ocpi.status import Code, not_found
from hub.routing.network import Network, Platform, TokenKind

VERSIONS = ("2.2.1",)


def base_url() -> str:
    return f"{settings.HUB.public_url}/ocpi"


def versions_url() -> str:
    return f"{base_url()}/versions"


def endpoint_url(version: str, interface: Interface, module_id: str) -> str:
    """The hub's own endpoint of one interface of a module, without a slash at the end."""
    return f"{base_url()}/{version}/{interface.segment}/{module_id}"


def client_info_url(version: str) -> str:
    """The hub's SENDER endpoint of HubClientInfo."""
    return endpoint_url(version, Interface.SENDER, MODULE_ID)


def offered(platform: Platform) -> tuple[str, ...]:
    """The versions shown to a platform."""
    return tuple(version for version in VERSIONS if version not in platform.hidden_versions)


def versions(platform: Platform) -> list[dict[str, str]]:
    """The `data` of GET versions."""
    return [{"version": v, "url": f"{base_url()}/{v}"} for v in offered(platform)]


def details(version: str, platform: Platform, kind: TokenKind, network: Network) -> dict[str, Any]:
    """The `data` of GET version details: the interfaces that the platform's roles call, once it has
    registered; before that, all of them. Custom modules need an agreement (A-05).

    Raises OcpiError 404 for a version that is not offered.
    """
    if version not in offered(platform):
        raise not_found(
            f"OCPI {version} is not offered; {', '.join(offered(platform))} is.",
            Code.UNSUPPORTED_VERSION,
        )
    roles = frozenset(party.role for party in network.hosted.get(platform.id, ()))
    everything = kind is TokenKind.INVITATION or not roles
    credentials = {"identifier": "credentials", "url": f"{base_url()}/{version}/credentials"}
    # Listed under both roles: some peers look for one of them only.
    endpoints = [credentials | {"role": role.value} for role in Interface]
    client_info = {"identifier": MODULE_ID, "role": Interface.SENDER.value}
    endpoints.append(client_info | {"url": client_info_url(version)})
    for module in registry().values():
        if version not in module.versions or not _shown(module, platform, network):
            continue
        endpoints += [
            {
                "identifier": module.id,
                "role": interface.value,
                "url": endpoint_url(version, interface, module.id),
            }
            for interface in Interface
            if interface in module.interfaces and (everything or roles & module.callers(interface))
        ]
    return {"version": version, "endpoints": endpoints}


def _shown(module: Module, platform: Platform, network: Network) -> bool:
    return not module.custom or network.sees_custom(platform.id, module)


def own_credentials(token: str) -> dict[str, Any]:
    """The hub's Credentials object with the token that its reader uses. Website and logo are
    given because some peers refuse business details without them."""
    hub = settings.HUB
    details = {
        "name": hub.name,
        "website": hub.website,
        "logo": {
            "url": f"{hub.public_url}/static/console/logo.svg",
            "category": "NETWORK",
            "type": "svg",
        },
    }
    return of_hub(token, versions_url(), PartyId.of(*hub.party), details)
