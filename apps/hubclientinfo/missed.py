"""What a platform missed, as messages: whole objects for those of its parties that may see them.

A public object comes FROM the hub, as when it is broadcast; a directed copy FROM its owner, who
meant it for that party. CDRs are not among it: they have no PUT, and to POST one twice is harmful.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from apps.hubclientinfo.taken_back import is_hidden, taken_back
from apps.modules import registry
from apps.outbox.models import Payload
from apps.outbox.own import Push
from apps.store.change import object_name
from apps.store.changed import Changed, copies_of, hold_newcomers, shows_own
from apps.store.objects import EVERYONE
from hub.ocpi import jsontext
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Effect, Interface, Module
from hub.ocpi.whole import put_route, put_url
from hub.routing.network import Network, Platform
from hub.routing.visible import View, view


@dataclass(frozen=True, slots=True)
class Eyes:
    """The parties of a platform that get objects of a module, and what each of them may see."""

    module: Module
    platform: Platform
    network: Network
    views: dict[str, View]
    own: frozenset[str]

    @property
    def parties(self) -> list[str]:
        return list(self.views)

    def may_see(self, party: str, owner: str) -> bool:
        """As in a broadcast: of the platform's own parties only where that is switched on."""
        seen = self.views[party]
        is_foreign = self.platform.own_parties or owner not in self.own
        return is_foreign and (PartyId.parse(owner) in seen.owners) is seen.only


def modules(platform: Platform) -> list[Module]:
    """The modules of which a platform gets whole objects, in the order of their ids."""
    taken = [
        module
        for module in registry().values()
        if module.keeps
        and put_route(module) is not None
        and platform.version in module.versions
        and (module.identifier, Interface.RECEIVER) in platform.endpoints
    ]
    return sorted(taken, key=lambda module: module.id)


def eyes(module: Module, platform: Platform, network: Network) -> Eyes:
    """Who on a platform gets objects of a module."""
    hosted = network.hosted.get(platform.id, ())
    receiving = sorted({party.id for party in hosted if party.role in module.receivers})
    return Eyes(
        module,
        platform,
        network,
        {str(party): view(party, module, network) for party in receiving},
        frozenset(str(party.id) for party in hosted),
    )


def objects(found: Sequence[Changed], seen: Eyes) -> Iterator[Push]:
    """Messages that bring these copies, each to those who may see it. Who has both the public
    object and a copy of its own is brought the one that it is shown."""
    own = shows_own(seen.module, [copy.key for copy in found], seen.parties)
    for copy in found:
        receiving = [
            party
            for party in ([copy.audience] if copy.audience else seen.parties)
            if seen.may_see(party, copy.owner)
            and own.get((copy.owner, copy.key, party), False) is bool(copy.audience)
        ]
        if receiving and is_hidden(copy, seen.module, seen.platform):
            yield from taken_back(copy, seen.module, seen.platform, receiving, seen.network)
        elif receiving:
            yield put(copy, receiving, seen)


def removed(module: Module, since: datetime, until: datetime) -> QuerySet[Payload]:
    """What was removed of a module within a span."""
    return Payload.objects.filter(
        method="DELETE", module=module.id, created_at__gte=since, created_at__lt=until
    )


def removals(rows: QuerySet[Payload], seen: Eyes, parties: Sequence[str]) -> Iterator[Push]:
    """Messages that take back from parties what was removed, and is not here again: should it come
    back, that is told after these. To be called in the transaction that books them."""
    removed = {row.object: row for row in rows.order_by("pk")} if _removes(seen.module) else {}
    if not removed:
        return
    hold_newcomers(seen.module)
    keys = {name: name.split(" ", 2)[2] for name in removed}
    kept = copies_of(seen.module, list(keys.values()), [EVERYONE])
    for name, row in removed.items():
        receiving = [party for party in parties if seen.may_see(party, row.owner)]
        if receiving and (row.owner, keys[name], EVERYONE) not in kept:
            yield Push(
                module=row.module,
                method="DELETE",
                tail=row.tail,
                query=row.query,
                body=b"",
                owner=row.owner,
                object=name,
                receivers=tuple((seen.platform.id, party) for party in receiving),
            )


def put(copy: Changed, parties: Sequence[str], seen: Eyes) -> Push:
    """The message that brings a copy to parties of a platform."""
    content = jsontext.decode(copy.text)
    assert isinstance(content, dict)  # nothing else is kept
    owner = seen.network.spelled(PartyId.parse(copy.owner))
    tail, query = put_url(seen.module, owner, content)
    return Push(
        module=seen.module.id,
        method="PUT",
        tail=tail,
        query=query,
        body=copy.text,
        owner=copy.owner,
        object=object_name(seen.module.id, copy.owner, copy.key),
        receivers=tuple((seen.platform.id, party) for party in parties),
        from_party=copy.owner if copy.audience else "",
        version=copy.version,
    )


def _removes(module: Module) -> bool:
    return any(
        operation.effect is Effect.REMOVE
        for route in module.routes
        for operation in route.operations.values()
    )
