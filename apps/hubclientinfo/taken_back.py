"""A Location that was hidden while a platform of 2.1.1 was away: who was sent it is told that its
EVSEs are REMOVED, as those are who were here (apps/outbox/unpublished.py)."""

from collections.abc import Iterator, Sequence
from urllib.parse import quote

import msgspec

from apps.outbox.models import Delivery
from apps.outbox.own import Push
from apps.outbox.unpublished import present
from apps.store.change import object_name
from apps.store.changed import Changed
from hub.ocpi import jsontext
from hub.ocpi.bridge import Context, bridge
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Module
from hub.ocpi.whole import put_url
from hub.routing.network import Network, Platform
from hub.routing.translated import OLDEST


def is_hidden(copy: Changed, module: Module, platform: Platform) -> bool:
    """Whether it is a Location for everyone that a platform may not know of, and may have had."""
    if module.object != "Location" or platform.version != OLDEST or copy.audience:
        return False
    content = jsontext.decode(copy.text)
    return isinstance(content, dict) and content.get("publish") is False


def taken_back(
    copy: Changed, module: Module, platform: Platform, parties: Sequence[str], network: Network
) -> Iterator[Push]:
    """A PATCH for each EVSE, to those of some parties that were sent anything of the Location, as
    far as the delivery record goes back."""
    name = object_name(module.id, copy.owner, copy.key)
    sent = Delivery.objects.filter(
        object=name, platform_id=platform.id, party__in=parties, state=Delivery.State.DONE
    )
    had = sorted(set(sent.values_list("party", flat=True)))
    receivers = tuple((platform.id, party) for party in had)
    content = jsontext.decode(copy.text)
    if not receivers or not isinstance(content, dict):
        return
    patch = msgspec.json.encode({"status": "REMOVED", "last_updated": content.get("last_updated")})
    body = bridge(copy.version, OLDEST, "EVSE", patch, Context(), is_patch=True).text
    tail, _ = put_url(module, network.spelled(PartyId.parse(copy.owner)), content)
    for uid in present(copy.text) if body is not None else ():
        yield Push(
            module=module.id,
            method="PATCH",
            tail=f"{tail}/{quote(uid, safe='')}",
            query="",
            body=body or b"",
            owner=copy.owner,
            object=name,
            receivers=receivers,
            version=OLDEST,
        )
