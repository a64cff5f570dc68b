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
from apps.hubclientinfo.settle import NAME_PARTIES, wait_for_turn
from apps.modules import registry
from apps.outbox import unnamed
from apps.parties import directory
from apps.parties.models import CredentialsRole
from hub.ocpi.credentials import OwnSide, PartyRole, of_hub
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Role
from hub.routing.clients import reachable, told_role
from hub.routing.network import Network

Named = tuple[PartyRole, ...]


def own_credentials(
    token: str, version: str, face: str, platform_id: int, network: Network
) -> dict[str, Any]:
    """The object with the token that its reader uses."""
    return naming(token, version, face, named_to(platform_id, version, network))


def give(
    token: str, version: str, face: str, platform_id: int, network: Network, now: datetime
) -> dict[str, Any]:
    """The same, and a note of the parties that it names, as its reader takes them in."""
    named = named_to(platform_id, version, network)
    note(platform_id, named, version, now)
    return naming(token, version, face, named)


@transaction.atomic
def note(platform_id: int, told: Named, version: str, now: datetime) -> None:
    """Notes which parties a platform was told of, and lets go what waited for that. What has
    changed since is left to be told."""
    if version not in NAME_PARTIES:
        unnamed.let_go(platform_id)
        return
    wait_for_turn()
    PartiesNamed.objects.update_or_create(
        platform_id=platform_id, defaults={"digest": digest(told), "at": now}
    )
    changed = PartiesChanged.objects.filter(platform_id=platform_id)
    present = named_to(platform_id, version, directory.load(now))
    if digest(present) == digest(told):
        changed.delete()
    else:
        changed.update(due_at=None, attempts=0, said="")
    left = {str(each.party) for each in present} - {str(each.party) for each in told}
    unnamed.let_go(platform_id, but=left)


def is_up_to_date(platform_id: int, version: str, now: datetime) -> bool:
    """Whether a platform was told of those whom it reaches now; then nothing waits for that."""
    with transaction.atomic():
        wait_for_turn()
        present = named_to(platform_id, version, directory.load(now))
        told = PartiesNamed.objects.filter(pk=platform_id, digest=digest(present)).exists()
        if told:
            PartiesChanged.objects.filter(pk=platform_id).delete()
            unnamed.let_go(platform_id)
    return told


def digest(named: Iterable[PartyRole]) -> str:
    """Parties and roles as a short text: the same as long as the same are named."""
    text = repr([(each.role.value, each.country_code, each.party_id) for each in named])
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def named_to(platform_id: int, version: str, network: Network) -> Named:
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


def naming(token: str, version: str, face: str, named: Named) -> dict[str, Any]:
    """The object that names these parties. Website and logo are given because some peers refuse
    business details without them."""
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
