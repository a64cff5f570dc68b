"""Gives parties what a new agreement lets them have: the present state of each public object, once.

A walk through what one party owns of one module, by key, a batch in a transaction, from a row that
says how far it is. It begins a little after the agreement, when every process knows of it and
broadcasts to the party, and everybody was told (HubClientInfo). What waits in the lane limits it.

Removals follow where the party has an object from before: known from the delivery record.
"""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from apps.hubclientinfo import missed
from apps.hubclientinfo.models import Compared, Present
from apps.modules import registry
from apps.outbox import own
from apps.outbox.models import Delivery, Payload
from apps.parties import directory
from apps.parties.models import Platform
from apps.store.changed import owned, shows_own
from apps.traffic import metrics
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Module
from hub.routing.agreements import Agreement, Relation
from hub.routing.network import Network, Status
from hub.routing.newly import newly

SETTLING = timedelta(seconds=10)
BATCH = 200
# So many may wait in the lane of a platform; more are booked when some have gone out.
MOST_WAITING = 1000
# So many batches at a time, so that no worker is busy for long; beat comes again.
BATCHES = 100
Kept = dict[str, Any]


def as_kept(network: Network) -> Kept:
    """What the agreements of a network say, as JSON."""
    rows = [
        [sorted(map(str, parties)), sorted(row.modules), row.relation.value]
        for parties, agreed in network.agreements.items()
        for row in agreed
        if row.relation is not None
    ]
    return {"open_policy": network.open_policy, "rows": rows}


def as_read(kept: Kept, network: Network) -> Network:
    """A network with the agreements and the policy that were kept of it."""
    found: dict[frozenset[PartyId], tuple[Agreement, ...]] = {}
    for names, modules, relation in kept["rows"]:
        parties = frozenset(PartyId.parse(name) for name in names)
        row = Agreement(parties, frozenset(modules), Relation(relation))
        found[parties] = (*found.get(parties, ()), row)
    return replace(network, agreements=found, open_policy=kept["open_policy"])


def compare(now: datetime) -> None:
    """Begins to give what agreements allow now and did not when they were compared last; nothing
    before the first comparison. To be called in the transaction that changes one: what is paused
    and goes on before anybody looks is a change all the same."""
    row = Compared.objects.select_for_update().filter(pk=1).first()
    if row is None or row.agreements is None:
        return
    network = directory.load(now)
    begin(as_read(row.agreements, network), network, now)
    row.agreements = as_kept(network)
    row.save(update_fields=["agreements"])


def begin(before: Network, network: Network, now: datetime) -> None:
    """Begins to give what agreements allow now and did not before, to platforms that want it; one
    that is under way for the same begins anew."""
    wanted = {(p.platform_id, p.party, p.owner, p.module): p for p in _wanted(before, network, now)}
    there = Present.objects.filter(ended_at=None, platform_id__in={key[0] for key in wanted})
    again = [
        row.pk
        for row in there
        if wanted.pop((row.platform_id, row.party, row.owner, row.module), None) is not None
    ]
    Present.objects.filter(pk__in=again).update(began_at=now, key="", walked_at=None)
    Present.objects.bulk_create(wanted.values())


def _wanted(before: Network, network: Network, now: datetime) -> Iterator[Present]:
    willing = set(Platform.objects.filter(catch_up=True).values_list("pk", flat=True))
    for owner, party, module in newly(before, network, registry().values()):
        for hosted in network.parties[party]:
            platform = hosted.platform
            is_foreign = platform.own_parties or not network.roles(platform.id, owner)
            is_taken = hosted.role in module.receivers and module in missed.modules(platform)
            if platform.id in willing and is_foreign and is_taken:
                yield Present(
                    platform_id=platform.id,
                    party=str(party),
                    owner=str(owner),
                    module=module.id,
                    correlation_id=str(uuid.uuid4()),
                    began_at=now,
                )


def due(now: datetime) -> list[tuple[int, int]]:
    """Row and platform of those that can be taken further, the oldest first."""
    settled = now - SETTLING
    rows = Present.objects.filter(
        Q(walked_at=None) | Q(platform__status_since__gt=F("began_at")),
        ended_at=None,
        began_at__lte=settled,
        platform__status=Status.CONNECTED,
        platform__status_since__lte=settled,
    )
    return list(rows.order_by("pk").values_list("pk", "platform_id"))


def give(now: datetime) -> set[int]:
    """Takes all as far as their lanes have room; returns the platforms for which something is
    booked."""
    if not Present.objects.filter(ended_at=None).exists():
        return set()
    directory.refresh_if_changed()
    network, left = directory.snapshot(), BATCHES
    lanes, full = set[int](), set[int]()
    for pk, platform_id in due(now):
        while left and platform_id not in full:
            if not own.has_room(platform_id, MOST_WAITING):
                full.add(platform_id)
                break
            booked = _step(pk, network, now)
            if booked is None:
                break
            left -= 1
            lanes |= {platform_id} if booked else set()
    _end(now)
    return lanes


@transaction.atomic
def _step(pk: int, network: Network, now: datetime) -> int | None:
    """One batch, and how much was booked; None when there is nothing to do now."""
    rows = Present.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    row = rows.select_related("platform").filter(pk=pk, ended_at=None).first()
    if row is None:
        return None
    if row.platform.status_since > row.began_at:
        # What waited when the platform went away was dropped.
        row.began_at, row.key, row.walked_at = now, "", None
    if row.walked_at is not None:
        return None
    module, platform = registry().get(row.module), network.platforms.get(row.platform_id)
    row.reason = _why_over(row, module, network)
    if module is None or platform is None or row.reason:
        row.ended_at = now
        row.save()
        return None
    seen = missed.eyes(module, platform, network)
    if not seen.may_see(row.party, row.owner):
        return None  # the owner is suspended
    copies, last = owned(module, row.owner, row.key, BATCH)
    if last is None:
        pushes = list(missed.removals(_removed(row), seen, [row.party]))
        row.walked_at = now
    else:
        shown_own = shows_own(module, [copy.key for copy in copies], [row.party])
        pushes = [
            missed.put(copy, [row.party], seen)
            for copy in copies
            if not shown_own.get((copy.owner, copy.key, row.party))
        ]
        row.key = last
    own.book(pushes, row.correlation_id, now)
    row.booked += len(pushes)
    metrics.GIVEN.labels(module.id).inc(len(pushes))
    row.save()
    return len(pushes)


def _removed(row: Present) -> QuerySet[Payload]:
    """The removals of what the party was sent and was not told the removal of."""
    sent = Delivery.objects.filter(
        platform_id=row.platform_id,
        party=row.party,
        object=OuterRef("object"),
        state=Delivery.State.DONE,
    )
    last = Subquery(sent.order_by("-pk").values("payload__method")[:1])
    removals = Payload.objects.filter(method="DELETE", module=row.module, owner=row.owner)
    told = removals.annotate(last_sent=last)
    return told.exclude(last_sent=None).exclude(last_sent="DELETE")


def _end(now: datetime) -> None:
    """Ends those that have gone out to the last, unless the platform has gone away since: then what
    waited was dropped. One statement, so that it cannot miss a change in between."""
    waiting = Delivery.objects.filter(
        platform_id=OuterRef("platform_id"),
        state=Delivery.State.WAITING,
        payload__correlation_id=OuterRef("correlation_id"),
    )
    walked = Present.objects.filter(ended_at=None).exclude(walked_at=None)
    there = walked.filter(
        platform__status=Status.CONNECTED, platform__status_since__lte=F("began_at")
    )
    there.filter(~Exists(waiting)).update(ended_at=now)


def _why_over(row: Present, module: Module | None, network: Network) -> str:
    """Why there is nothing to give any more; empty while there is."""
    if module is None:
        return f"the hub has no module {row.module} any more"
    party, owner = PartyId.parse(row.party), PartyId.parse(row.owner)
    if not network.roles(row.platform_id, party) & module.receivers:
        return f"{party} is not on the platform any more, or does not receive {module.id}"
    return network.why_not(owner, party, module)
