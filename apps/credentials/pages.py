"""The hub's URLs, versions and version details.

2.1.1 has no roles, so there the hub has two faces: as a CPO, for eMSPs, and as an eMSP, for CPOs.
Each has a versions URL of its own, and who begins at one of them is known by that.
spec: version_information_endpoint_version_information_endpoint
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings
from msgspec import Struct

from apps.modules import registry
from hub.ocpi.clientinfo import MODULE_ID
from hub.ocpi.module import SINCE_2_2_1, Interface, Module, Role
from hub.ocpi.status import Code, not_found
from hub.routing.network import Network, Platform, TokenKind

VERSIONS = ("2.1.1", "2.2.1", "2.3.0")
# A face of the hub in 2.1.1, as its URLs have it, and the role of those to whom it is shown.
FACES: Mapping[str, Role] = {"cpo": Role.EMSP, "emsp": Role.CPO}


class Place(Struct, frozen=True):
    """What a path below `/ocpi/` means: `versions`, `details` or `credentials`, of which version,
    by which face of the hub."""

    kind: str
    version: str = ""
    face: str = ""


def place(path: tuple[str, ...]) -> Place | None:
    """The page of a configuration module that a path below `/ocpi/` means; None for others."""
    face, rest = ("", path)
    if path and path[0] in FACES:
        face, rest = path[0], path[1:]
    match rest:
        case ("versions",):
            return Place("versions", "", face)
        case (version,):
            return Place("details", version, face)
        case (version, "credentials"):
            return Place("credentials", version, face)
    return None


def base_url() -> str:
    return f"{settings.HUB.public_url}/ocpi"


def versions_url(face: str = "") -> str:
    """Where a platform begins; with a face, one of 2.1.1."""
    return f"{base_url()}/{face}/versions" if face else f"{base_url()}/versions"


def versions_urls_of_2_1_1() -> dict[str, str]:
    """Where a platform of 2.1.1 begins, by the role of its party: CPO and EMSP."""
    return {role.value: versions_url(face) for face, role in sorted(FACES.items(), reverse=True)}


def details_url(version: str, face: str = "") -> str:
    """The version details; only 2.1.1 has them by face."""
    if version in SINCE_2_2_1:
        return f"{base_url()}/{version}"
    return f"{base_url()}/{face}/{version}"


def own_versions_url(version: str, face: str) -> str:
    """The versions URL in the hub's Credentials object."""
    return versions_url() if version in SINCE_2_2_1 else versions_url(face)


def endpoint_url(version: str, interface: Interface, identifier: str) -> str:
    """The hub's own endpoint of one interface of a module, without a slash at the end."""
    return f"{base_url()}/{version}/{interface.segment}/{identifier}"


def client_info_url(version: str) -> str:
    """The hub's SENDER endpoint of HubClientInfo."""
    return endpoint_url(version, Interface.SENDER, MODULE_ID)


def face_for(roles: Collection[Role]) -> str:
    """The face for a platform with parties in these roles, one for each party; empty where 2.1.1,
    which has one party with one role, leaves it in doubt."""
    found = [face for face, role in FACES.items() if list(roles) == [role]]
    return found[0] if found else ""


def face_of(platform_id: int, network: Network) -> str:
    """The face for a platform as it is registered; empty when that leaves it in doubt."""
    return face_for([party.role for party in network.hosted.get(platform_id, ())])


def offered(platform: Platform) -> tuple[str, ...]:
    """The versions shown to a platform."""
    return tuple(version for version in VERSIONS if version not in platform.hidden_versions)


def newer(version: str) -> tuple[str, ...]:
    """The versions of the hub that are newer than one; none for a version that it does not have."""
    return VERSIONS[VERSIONS.index(version) + 1 :] if version in VERSIONS else ()


def versions(platform: Platform, network: Network, face: str = "") -> list[dict[str, str]]:
    """The `data` of GET versions. 2.1.1 is among them where it is known which face to show."""
    face = face or face_of(platform.id, network)
    return [
        {"version": version, "url": details_url(version, face)}
        for version in offered(platform)
        if face or version in SINCE_2_2_1
    ]


def require(version: str, face: str, platform: Platform) -> None:
    """Raises OcpiError 404 for a version that is not offered at such a URL."""
    if version not in offered(platform):
        raise not_found(
            f"OCPI {version} is not offered; {', '.join(offered(platform))} is.",
            Code.UNSUPPORTED_VERSION,
        )
    if bool(face) is (version in SINCE_2_2_1):
        begin = versions_url() if face else " or ".join(versions_url(each) for each in FACES)
        raise not_found(f"OCPI {version} is not here; begin at {begin}.", Code.UNSUPPORTED_VERSION)


def details(
    version: str, platform: Platform, kind: TokenKind, network: Network, face: str = ""
) -> dict[str, Any]:
    """The `data` of GET version details: the interfaces that the platform's roles call, once it has
    registered; before that, all of them, but those of its side in 2.1.1. Custom modules need an
    agreement (A-05).

    Raises OcpiError 404 for a version that is not offered there.
    """
    require(version, face, platform)
    roles = frozenset(party.role for party in network.hosted.get(platform.id, ()))
    everything = kind is TokenKind.INVITATION or not roles
    if face:
        roles, everything = frozenset({FACES[face]}), False
    listed = {
        (module.identifier, interface): None
        for module in registry().values()
        if version in module.versions and _shown(module, platform, network)
        for interface in Interface
        if interface in _interfaces(module, version)
        and (everything or roles & module.callers(interface))
    }
    functional = [
        (identifier, interface, endpoint_url(version, interface, identifier))
        for identifier, interface in listed
    ]
    credentials = f"{details_url(version, face)}/credentials"
    if face:
        endpoints = [{"identifier": "credentials", "url": credentials}]
        endpoints += [{"identifier": name, "url": url} for name, _, url in functional]
        return {"version": version, "endpoints": endpoints}
    # Listed under both roles: some peers look for one of them only.
    own = [("credentials", interface, credentials) for interface in Interface]
    own.append((MODULE_ID, Interface.SENDER, client_info_url(version)))
    return {
        "version": version,
        "endpoints": [
            {"identifier": name, "role": interface.value, "url": url}
            for name, interface, url in (*own, *functional)
        ],
    }


def _interfaces(module: Module, version: str) -> frozenset[Interface]:
    """The interfaces that a module has in a version. Where only results are posted, 2.1.1 lists
    none."""
    routed = frozenset(route.interface for route in module.routes)
    there = frozenset(
        route.interface
        for route in module.routes
        if any(module.has(operation, version) for operation in route.operations.values())
    )
    return there | (module.interfaces - routed) if version in SINCE_2_2_1 else there


def _shown(module: Module, platform: Platform, network: Network) -> bool:
    return not module.custom or network.sees_custom(platform.id, module)
