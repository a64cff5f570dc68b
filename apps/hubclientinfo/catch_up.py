"""Books for a platform what changed while it was away: the newest state of each object, once.

A walk through the kept tables in the order in which objects came, a batch in a transaction, from a
row that says how far it is. It meets whatever changed since the platform went away, also what has
changed again since its return: the push of that may have told of a part only. It begins a little
after the return, when every process knows of it and broadcasts to the platform again, and it never
fills the lane: what waits there limits it.

Removals follow the objects. They are known from the delivery record, so for HUB_LOG_DAYS.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from apps.hubclientinfo import missed
from apps.hubclientinfo.models import CatchUp
from apps.outbox import own
from apps.outbox.models import Delivery
from apps.outbox.own import Push
from apps.parties import directory
from apps.parties.models import StatusChange
from apps.store.changed import Span, changed
from apps.store.objects import EVERYONE
from apps.traffic import metrics
from hub.ocpi.module import Module
from hub.routing.network import Network, Platform, Status

SETTLING = timedelta(seconds=10)
BATCH = 200
# So many may wait in the lane; more are booked when some have gone out.
MOST_WAITING = 1000


def due(now: datetime) -> list[int]:
    """The catch-ups that are not over, the oldest first."""
    rows = CatchUp.objects.filter(ended_at=None, returned_at__lte=now - SETTLING)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def catch_up(pk: int, now: datetime) -> int | None:
    """Takes one as far as its lane has room; returns the platform, where something was booked."""
    directory.refresh_if_changed()
    booked = None
    while (platform_id := _step(pk, directory.snapshot(), now)) is not None:
        booked = platform_id
    _end(pk, now)
    return booked


@transaction.atomic
def _step(pk: int, network: Network, now: datetime) -> int | None:
    """One batch; None when there is nothing to do now."""
    rows = CatchUp.objects.select_for_update(skip_locked=True, no_key=True)
    row = rows.filter(pk=pk, ended_at=None, walked_at=None).first()
    platform = network.platforms.get(row.platform_id) if row is not None else None
    if row is None or platform is None or platform.status is not Status.CONNECTED:
        return None
    if own.waiting(platform.id, row.correlation_id) >= MOST_WAITING:
        return None
    module = _next(row, missed.modules(platform))
    if module is not None:
        _objects(row, module, platform, network, now)
    else:
        _removals(row, platform, network, now)
        row.walked_at = now
    row.save()
    return platform.id


def _next(row: CatchUp, modules: Sequence[Module]) -> Module | None:
    """The module to go on with; None when all are behind."""
    for module in modules:
        is_under_way = module.id == row.module and row.sequence > 0
        if is_under_way or module.id > row.module:
            return module
    return None


def _objects(
    row: CatchUp, module: Module, platform: Platform, network: Network, now: datetime
) -> None:
    seen = missed.eyes(module, platform, network)
    after = row.sequence if row.module == module.id else 0
    span = Span(row.missed_from, row.returned_at + SETTLING, after)
    found, last = changed(module, (EVERYONE, *seen.parties), span, BATCH)
    _book(row, list(missed.objects(found, seen)), now)
    row.module = module.id
    row.sequence = last or 0


def _removals(row: CatchUp, platform: Platform, network: Network, now: datetime) -> None:
    until = row.returned_at + SETTLING
    for module in missed.modules(platform):
        seen = missed.eyes(module, platform, network)
        rows = missed.removed(module, row.missed_from, until)
        _book(row, list(missed.removals(rows, seen, seen.parties)), now)


def _book(row: CatchUp, pushes: Sequence[Push], now: datetime) -> None:
    own.book(pushes, row.correlation_id, now)
    row.booked += len(pushes)
    for push in pushes:
        metrics.CAUGHT_UP.labels(push.module).inc()


def _end(pk: int, now: datetime) -> None:
    """Ends one that has gone out to the last, unless its platform has gone away again: then what
    waited was dropped. One statement, so that it cannot miss a change in between."""
    left = StatusChange.objects.filter(
        platform=OuterRef("platform"), at__gt=OuterRef("returned_at"), before=Status.CONNECTED
    ).exclude(after=Status.CONNECTED)
    waiting = Delivery.objects.filter(
        platform_id=OuterRef("platform_id"),
        state=Delivery.State.WAITING,
        payload__correlation_id=OuterRef("correlation_id"),
    )
    walked = CatchUp.objects.filter(pk=pk, ended_at=None).exclude(walked_at=None)
    walked.filter(~Exists(left), ~Exists(waiting)).update(ended_at=now)
