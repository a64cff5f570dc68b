"""Finds what is new and has it told: changed statuses at once, everything else by comparing.

A status change is a row that is not announced yet. Whatever else changes who may see whom
(agreements, also by date; parties that left; removed platforms) changes the fingerprint of the
network: then all rows are compared with it, at most every so often. Whom a new agreement lets have
something is given it after everybody was told.
"""

from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Q

from apps.hubclientinfo import present
from apps.hubclientinfo.models import Compared
from apps.hubclientinfo.returned import came_back
from apps.hubclientinfo.settle import registered, settle, wait_for_turn
from apps.parties import directory
from apps.parties.models import Agreement, StatusChange
from hub.routing.clients import fingerprint
from hub.routing.network import Network

MOST_CHANGES = 500
# Comparing everything costs time in proportion to platforms times parties.
APART = timedelta(seconds=5)
VIEWERS = 100
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def announce(now: datetime) -> set[int]:
    """Books what platforms have yet to be told; returns the lanes that have something to do."""
    directory.refresh_if_changed()
    return _changed_statuses(now) | _everything_else(now)


@transaction.atomic
def _changed_statuses(now: datetime) -> set[int]:
    news = StatusChange.objects.filter(announced_at=None)
    if not news.exists():
        return set()
    wait_for_turn()
    found = list(news.order_by("pk")[:MOST_CHANGES])
    for change in found:
        came_back(change)
    changed = {change.platform_id for change in found}
    lanes = settle(now, hosts=changed)
    StatusChange.objects.filter(pk__in=[change.pk for change in found]).update(announced_at=now)
    return lanes | changed  # the lane of a platform that went away is emptied


def _everything_else(now: datetime) -> set[int]:
    light = Compared.objects.defer("agreements")
    compared, _ = light.get_or_create(pk=1, defaults={"at": LONG_AGO})
    if not _may_be_stale(compared, now) or compared.at > now - APART:
        return set()
    # Version 0 stays when this breaks off: then everything is compared again.
    if not Compared.objects.filter(pk=1, at=compared.at).update(at=now, version=0):
        return set()  # another worker compares
    network, lanes = directory.load(now), set[int]()
    found = fingerprint(network)
    if found != compared.fingerprint:
        viewers = registered(network)
        for first in range(0, len(viewers), VIEWERS):
            lanes |= settle(now, viewers=set(viewers[first : first + VIEWERS]))
    _compared(network, found, now)
    return lanes


@transaction.atomic
def _compared(network: Network, found: str, now: datetime) -> None:
    """Notes what was compared, and begins to give what agreements newly allow. Nothing when another
    worker has begun to compare since: it does this."""
    row = Compared.objects.select_for_update().filter(pk=1, at=now).first()
    if row is None:
        return
    if found != row.fingerprint or row.agreements is None:
        if row.agreements is not None:
            present.begin(present.as_read(row.agreements, network), network, now)
        row.agreements = present.as_kept(network)
    row.version, row.fingerprint = network.version, found
    row.save()


def _may_be_stale(compared: Compared, now: datetime) -> bool:
    turned = Agreement.objects.filter(
        Q(starts_at__gt=compared.at, starts_at__lte=now)
        | Q(ends_at__gt=compared.at, ends_at__lte=now)
    )
    # Null as an earlier version of the hub left it.
    stale = Compared.objects.filter(Q(agreements__isnull=True) | Exists(turned))
    return directory.snapshot().version != compared.version or stale.exists()
