"""The picture of the network: built from the tables, swapped as a whole, the same in every process.

`changed()` raises the version in the same transaction as the change and tells the other processes
through Redis; each of them also looks at the version every second, in case the word was lost.
"""

import logging
import threading
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.db import transaction
from django.db.models import F, Min, Q
from django.utils import timezone

from apps.modules import registry
from apps.parties.models import Agreement, CredentialsRole, Directory, Platform, Token
from apps.parties.tokens import reveal
from hub.ocpi.headers import TokenForm
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Interface, Role
from hub.ocpi.schema import Mode
from hub.routing.agreements import EVERYBODY, State, relation_at
from hub.routing.agreements import Agreement as Agreed
from hub.routing.network import Network, Party, Secret, Status, TokenEntry, TokenKind
from hub.routing.network import Platform as Connected

CHANNEL = "hub:directory"
log = logging.getLogger(__name__)
_swapping = threading.Lock()
_current: Network | None = None


def is_loaded() -> bool:
    """Whether this process has loaded the network."""
    return _current is not None


def snapshot() -> Network:
    """The network as last loaded by this process. Raises RuntimeError before the first load."""
    if _current is None:
        raise RuntimeError("the directory is not loaded yet; call directory.refresh() first")
    return _current


def loaded() -> bool:
    """Whether this process has a picture at all."""
    return _current is not None


def refresh() -> Network:
    """Loads the network anew and swaps it in, unless another thread has a newer one by then."""
    global _current
    loaded = load(timezone.now())
    with _swapping:
        if _current is None or loaded.version >= _current.version:
            _current = loaded
        return _current


def refresh_if_changed() -> bool:
    """Reloads when the version in the database differs, or when an agreement or a token begins or
    ends by date; returns whether it did."""
    if is_current(version()):
        return False
    refresh()
    return True


def is_current(number: int) -> bool:
    """Whether this process has the picture of that version, and no agreement or token has begun
    or ended by date since it was loaded."""
    if _current is None or number != _current.version:
        return False
    return _current.turns_at is None or timezone.now() < _current.turns_at


def version() -> int:
    """The version of the directory in the database."""
    return Directory.objects.filter(pk=1).values_list("version", flat=True).first() or 0


def changed() -> None:
    """To be called in the transaction of every change: raises the version, and on commit tells
    every process to look."""
    if not Directory.objects.filter(pk=1).update(version=F("version") + 1):
        Directory.objects.create(pk=1)
    transaction.on_commit(_tell)


def _tell() -> None:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2) as broker:
            broker.publish(CHANNEL, "changed")
    except redis.RedisError as error:
        # Not lost: every process looks at the version in the database each second as well.
        log.warning("directory change not published: %s", type(error).__name__)


def load(now: datetime) -> Network:
    """The network as the tables say, with tokens and agreements that are valid at `now`."""
    number = version()
    entries, secrets = _tokens(now)
    agreements = _agreements(now)
    platforms = {
        row.pk: _platform(row, secrets.get(row.pk))
        for row in Platform.objects.prefetch_related("endpoints")
    }
    hosted: dict[int, list[Party]] = defaultdict(list)
    parties: dict[PartyId, list[Party]] = defaultdict(list)
    for role in CredentialsRole.objects.order_by("pk"):
        party = Party(
            id=PartyId.parse(role.party),
            role=Role(role.role),
            platform=platforms[role.platform_id],
            spelled=PartyId(role.country_code, role.party_id),
        )
        hosted[role.platform_id].append(party)
        parties[party.id].append(party)
    return Network(
        hub=PartyId.of(*settings.HUB.party),
        version=number,
        platforms=platforms,
        parties={party: tuple(found) for party, found in parties.items()},
        hosted={platform: tuple(found) for platform, found in hosted.items()},
        tokens=entries,
        retiring=frozenset(
            e.platform_id for e in entries.values() if e.replaced and e.kind is TokenKind.ISSUED
        ),
        agreements=agreements,
        open_policy=settings.HUB.agreements == "open",
        turns_at=_turns_at(agreements, now),
    )


def _tokens(now: datetime) -> tuple[dict[str, TokenEntry], dict[int, Secret]]:
    """Valid tokens by fingerprint, and what the hub sends to each platform. A platform's own token
    identifies it too, unless two platforms chose the same."""
    entries: dict[str, TokenEntry] = {}
    secrets: dict[int, Secret] = {}
    theirs: dict[str, list[TokenEntry]] = defaultdict(list)
    valid = Token.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now))
    for token in valid.order_by("created_at", "pk"):
        entry = TokenEntry(token.platform_id, TokenKind(token.kind), token.replaced)
        if entry.kind is not TokenKind.THEIRS:
            entries[token.fingerprint] = entry
            continue
        theirs[token.fingerprint].append(entry)
        if not token.replaced:
            secrets[token.platform_id] = Secret(reveal(token))
    for fingerprint, found in theirs.items():
        if len({entry.platform_id for entry in found}) == 1:
            entries.setdefault(fingerprint, found[-1])
    return entries, secrets


def _platform(row: Platform, token: Secret | None) -> Connected:
    identifiers = registry().identifiers
    endpoints = {
        (identifiers.get(e.module, e.module), Interface(e.interface)): e.override or e.url
        for e in row.endpoints.all()
        if e.override or e.url
    }
    urls = [row.versions_url, *endpoints.values()]
    return Connected(
        id=row.pk,
        name=row.name,
        status=Status(row.status),
        version=row.version,
        endpoints=endpoints,
        hosts=frozenset(host for url in urls if (host := _host(url))),
        token=token,
        token_form=TokenForm(row.token_form),
        hidden_versions=frozenset(row.hidden_versions),
        presents_as=PartyId.parse(row.presents_as) if row.presents_as else None,
        # 2.1.1 has no way to say for whom a list is.
        implicit_get_all=row.implicit_get_all or row.version == "2.1.1",
        hub_means_anyone=row.hub_means_anyone,
        answers_authorize=row.answers_authorize,
        validation=Mode(row.validation),
        overwrites=row.overwrites,
        not_pulled=frozenset(row.not_pulled),
        max_in_flight=row.max_in_flight,
        max_per_second=row.max_per_second,
        own_parties=row.own_parties,
        time_zone=row.time_zone,
    )


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _agreements(now: datetime) -> dict[frozenset[PartyId], tuple[Agreed, ...]]:
    """All of them by their two parties, an offer to all by the one who offers; the newest first."""
    found: dict[frozenset[PartyId], list[Agreed]] = defaultdict(list)
    for row in Agreement.objects.order_by("-pk"):
        parties = frozenset(
            PartyId.parse(party) for party in (row.one, row.other) if party != EVERYBODY
        )
        state = State(row.state)
        relation = relation_at(state, row.starts_at, row.ends_at, now)
        modules = frozenset(row.modules)
        found[parties].append(Agreed(parties, modules, relation, state, row.starts_at, row.ends_at))
    return {parties: tuple(agreed) for parties, agreed in found.items()}


def _turns_at(
    agreements: Mapping[frozenset[PartyId], tuple[Agreed, ...]], now: datetime
) -> datetime | None:
    """When an agreement or a token begins or ends next."""
    dates = {
        moment
        for agreed in agreements.values()
        for row in agreed
        if row.state is not State.ENDED
        for moment in (row.starts_at, row.ends_at)
    }
    dates.add(Token.objects.filter(expires_at__gt=now).aggregate(first=Min("expires_at"))["first"])
    return min((moment for moment in dates if moment is not None and moment > now), default=None)
