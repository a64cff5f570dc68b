"""Brings what platforms are shown of each other in step with the network, and books the news.

One at a time does this, with the network as it is then, so that no older picture ever follows a
newer one. What is booked, and what it says, is one transaction with whatever it tells of.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from apps.hubclientinfo.models import ClientInfo as Row
from apps.hubclientinfo.models import PartiesChanged
from apps.modules import registry
from apps.outbox import own, unnamed
from apps.parties import directory
from apps.store.change import object_name
from apps.traffic import metrics
from hub.ocpi.clientinfo import MODULE_ID
from hub.ocpi.clientinfo import ClientInfo as Wire
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Interface, Role
from hub.routing.clients import Client, Who, clients, told_role
from hub.routing.network import Network, Status


@dataclass(frozen=True, slots=True)
class Change:
    """What one platform is to be shown: a row that there is, or none; and what it should say, or
    nothing any more."""

    viewer: int
    who: Who
    row: Row | None
    client: Client | None

    @property
    def is_of_reach(self) -> bool:
        """Whether a party comes into the platform's reach, or goes out of it."""
        before = self.row is not None and _is_named(self.row)
        return before != (self.client is not None and self.client.status in NAMED)


# In these a Credentials object names every party that its reader may reach (D-20).
NAME_PARTIES = frozenset({"2.3.0"})
# With these a party is one that may be reached, now or when it is back.
NAMED = frozenset({Status.CONNECTED, Status.OFFLINE})


@transaction.atomic
def settle(
    now: datetime,
    *,
    viewers: Collection[int] | None = None,
    hosts: Collection[int] | None = None,
) -> set[int]:
    """Shows `viewers` what is new, and books it for those who are connected; returns the platforms
    for which something is booked. With `hosts`, only of the parties of these platforms."""
    wait_for_turn()
    network = directory.load(now)
    seeing = [p for p in registered(network) if viewers is None or p in viewers]
    rows = _rows(seeing, hosts, network)
    found = list(changes(seeing, rows, network, _parties(rows, hosts, network)))
    _write(found, now)
    _note_reach(found, rows, network, now)
    return _book(seeing, network, now)


def introduce(platform_id: int, now: datetime) -> None:
    """Shows a platform that has registered to all others, and all others to it: in the transaction
    of its registration, so that the news is booked before anything that it pushes."""
    settle(now, hosts={platform_id})
    settle(now, viewers={platform_id})


def registered(network: Network) -> list[int]:
    """The platforms that may be shown something."""
    return sorted(p.id for p in network.platforms.values() if p.version)


def changes(
    viewers: Iterable[int],
    rows: Iterable[Row],
    network: Network,
    only: Collection[PartyId] | None = None,
) -> Iterator[Change]:
    """Where what platforms are shown differs from what they should be."""
    modules = tuple(registry().values())
    shown: dict[int, dict[Who, Row]] = defaultdict(dict)
    for row in rows:
        shown[row.platform_id][PartyId.parse(row.party), Role(row.role)] = row
    for viewer in viewers:
        wanted = clients(viewer, network, modules, only)
        for who in wanted.keys() | shown[viewer].keys():
            there, client = shown[viewer].get(who), wanted.get(who)
            if not _says(there, client):
                yield Change(viewer, who, there, client)


def _says(row: Row | None, client: Client | None) -> bool:
    """Whether a row says what it should."""
    if row is None:
        return client is None
    if client is None:
        return row.status == Status.SUSPENDED and not row.reachable
    spelled = PartyId(row.country_code, row.party_id)
    return (row.status, row.hosted_by, spelled, row.reachable) == (
        client.status, client.platform_id, client.spelled, True,
    )  # fmt: skip


def wait_for_turn() -> None:
    """Holds up everybody else who would settle, to the end of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('hubclientinfo'))")


def _rows(viewers: Collection[int], hosts: Collection[int] | None, network: Network) -> list[Row]:
    rows = Row.objects.filter(platform_id__in=viewers)
    if hosts is not None:
        rows = rows.filter(Q(hosted_by__in=hosts) | Q(party__in=map(str, _hosted(hosts, network))))
    return list(rows)


def _parties(
    rows: Iterable[Row], hosts: Collection[int] | None, network: Network
) -> set[PartyId] | None:
    if hosts is None:
        return None
    return _hosted(hosts, network) | {PartyId.parse(row.party) for row in rows}


def _hosted(hosts: Collection[int], network: Network) -> set[PartyId]:
    return {party.id for host in hosts for party in network.hosted.get(host, ())}


def _write(found: Iterable[Change], now: datetime) -> None:
    moment = now.replace(microsecond=now.microsecond // 1000 * 1000)  # as it is told
    new: list[Row] = []
    unknown: list[int] = []
    # One status changes for many platforms at once.
    alike: dict[tuple[tuple[str, object], ...], list[int]] = defaultdict(list)
    for change in found:
        if change.row is None and change.client is not None:
            new.append(_new(change, change.client, moment))
        elif change.row is not None and change.client is None and not change.row.known:
            unknown.append(change.row.pk)
        elif change.row is not None:
            values = _changed(change.row, change.client, moment)
            alike[tuple(values.items())].append(change.row.pk)
    Row.objects.filter(pk__in=unknown).delete()
    Row.objects.bulk_create(sorted(new, key=lambda row: (row.platform_id, row.party, row.role)))
    for items, keys in alike.items():
        Row.objects.filter(pk__in=keys).update(**dict(items))


def _note_reach(
    found: Iterable[Change], rows: Iterable[Row], network: Network, now: datetime
) -> None:
    """Of platforms whose Credentials object names parties: since when others are in their reach
    than it named, and whose objects wait until it has. Where the last PUT failed nothing waits."""
    named = [
        change
        for change in found
        if change.is_of_reach and network.platforms[change.viewer].version in NAME_PARTIES
    ]
    changed = {change.viewer for change in named}
    PartiesChanged.objects.bulk_create(
        (PartiesChanged(platform_id=viewer, since=now) for viewer in sorted(changed)),
        ignore_conflicts=True,
    )
    failing = PartiesChanged.objects.filter(pk__in=changed).exclude(said="")
    known = {(row.platform_id, row.party) for row in rows if _is_named(row)}
    come = {(each.viewer, str(each.who[0])) for each in named if each.client is not None}
    untold = set(failing.values_list("pk", flat=True))
    unnamed.hold(each for each in come - known if each[0] not in untold)


def _is_named(row: Row) -> bool:
    """Whether it was of a party in reach, in the role that it is of."""
    return row.reachable and row.status in NAMED


def _new(change: Change, client: Client, moment: datetime) -> Row:
    party, role = change.who
    return Row(
        platform_id=change.viewer,
        party=str(party),
        role=role.value,
        country_code=client.spelled.country_code,
        party_id=client.spelled.party_id,
        hosted_by=client.platform_id,
        status=client.status.value,
        last_updated=moment,
    )


def _changed(row: Row, client: Client | None, moment: datetime) -> dict[str, object]:
    """The columns that get another value."""
    values: dict[str, object] = {"reachable": client is not None}
    status = Status.SUSPENDED if client is None else client.status
    if row.status != status:
        values |= {"status": status.value, "last_updated": moment, "announced": False}
    if client is not None:
        country_code, party_id = client.spelled
        values |= {"country_code": country_code, "party_id": party_id}
        values["hosted_by"] = client.platform_id
    return values


def _book(viewers: Iterable[int], network: Network, now: datetime) -> set[int]:
    """Books what platforms have yet to be told, each once for all who are told the same."""
    reachable = [p for p in viewers if _is_told(p, network)]
    owed = Row.objects.filter(announced=False, platform_id__in=reachable)
    news: dict[tuple[Wire, str], list[Row]] = defaultdict(list)
    for row in owed.order_by("pk"):
        news[_told(row, network), row.party].append(row)
    if not news:
        return set()
    pushes = [_push(wire, rows) for (wire, _), rows in news.items()]
    own.book(pushes, str(uuid.uuid4()), now)
    told = [row for rows in news.values() for row in rows]
    Row.objects.filter(pk__in=[row.pk for row in told]).update(announced=True, known=True)
    for status in {row.status for row in told}:
        metrics.ANNOUNCED.labels(status).inc(sum(row.status == status for row in told))
    return {row.platform_id for row in told}


def _is_told(platform_id: int, network: Network) -> bool:
    platform = network.platforms[platform_id]
    offers = (MODULE_ID, Interface.RECEIVER) in platform.endpoints
    return offers and platform.status is Status.CONNECTED


def _told(row: Row, network: Network) -> Wire:
    platform = network.platforms[row.platform_id]
    return row.wire(told_role(Role(row.role), platform.version, platform))


def _push(wire: Wire, rows: list[Row]) -> own.Push:
    """One message for all rows that say the same to different platforms. Two roles that a platform
    is told of as one are one message to it."""
    first = rows[0]
    return own.Push(
        module=MODULE_ID,
        method="PUT",
        tail=wire.tail,
        query="",
        body=wire.render(),
        owner=first.party,
        object=object_name(MODULE_ID, first.party, first.role),
        receivers=tuple((platform_id, "") for platform_id in sorted({r.platform_id for r in rows})),
    )
