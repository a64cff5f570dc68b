"""The hub's own Credentials object for one platform, and what it last said of the parties there.

In 2.3.0 it names every party that its reader reaches through the hub (D-20), so who was told which
is kept: a change is a reason for a PUT.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from apps.credentials import pages
from apps.hubclientinfo.models import PartiesChanged, PartiesNamed
from apps.hubclientinfo.settle import NAME_PARTIES
from apps.modules import registry
from apps.parties import directory
from apps.parties.models import CredentialsRole
from hub.ocpi.credentials import OwnSide, PartyRole, of_hub
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Role
from hub.routing.clients import reachable, told_role
from hub.routing.network import Network


def own_credentials(
    token: str, version: str, face: str, platform_id: int, network: Network
) -> dict[str, Any]:
    """The object with the token that its reader uses."""
    return _object(token, version, face, _named(platform_id, version, network))


def give(
    token: str, version: str, face: str, platform_id: int, network: Network, now: datetime
) -> dict[str, Any]:
    """The same, and a note of the parties that it names, as its reader takes them in."""
    named = _named(platform_id, version, network)
    note(platform_id, digest(named), version, now)
    return _object(token, version, face, named)


def note(platform_id: int, said: str, version: str, now: datetime) -> None:
    """Notes which parties a platform was told of. What has changed since is left to be told."""
    if version not in NAME_PARTIES:
        return
    with transaction.atomic():
        PartiesNamed.objects.update_or_create(
            platform_id=platform_id, defaults={"digest": said, "at": now}
        )
        changed = PartiesChanged.objects.select_for_update().filter(platform_id=platform_id)
        if changed.exists() and digest_for(platform_id, version, directory.load(now)) == said:
            changed.delete()


def digest_for(platform_id: int, version: str, network: Network) -> str:
    """What the object for a platform says of parties now, as a short text."""
    return digest(_named(platform_id, version, network))


def digest(named: Iterable[PartyRole]) -> str:
    """Parties and roles as a short text: the same as long as the same are named."""
    text = repr([(each.role.value, each.country_code, each.party_id) for each in named])
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _named(platform_id: int, version: str, network: Network) -> tuple[PartyRole, ...]:
    """The parties that a platform is told of in its version, each in a role that it knows."""
    platform = network.platforms.get(platform_id)
    if version not in NAME_PARTIES or platform is None:
        return ()
    found = {
        (client.spelled, told_role(client.role, version, platform)): client.role
        for client in reachable(platform_id, network, tuple(registry().values()))
    }
    details = _details(spelled for spelled, _ in found)
    return tuple(
        PartyRole(Role(told), *spelled, details.get((spelled, role)) or {"name": str(spelled)})
        for (spelled, told), role in sorted(found.items())
    )


def _details(parties: Iterable[PartyId]) -> Mapping[tuple[PartyId, Role], dict[str, Any]]:
    folded = {str(PartyId.of(*party)) for party in parties}
    rows = CredentialsRole.objects.filter(party__in=folded)
    return {
        (PartyId(row.country_code, row.party_id), Role(row.role)): row.business_details
        for row in rows
        if row.business_details.get("name")
    }


def _object(token: str, version: str, face: str, named: tuple[PartyRole, ...]) -> dict[str, Any]:
    """Website and logo are given because some peers refuse business details without them."""
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
    url = pages.own_versions_url(version, face)
    return of_hub(version, OwnSide(token, url, PartyId.of(*hub.party), details, named))
