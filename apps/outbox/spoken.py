"""A delivery as its receiver's version says it, at the moment of sending: nothing is lost while a
platform changes its version.

What many receivers of one version get is converted once. What their version cannot say is dropped
with the reason; where a part means something else there, the whole object takes its place.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote

from msgspec import Struct
from msgspec.structs import replace
from psycopg import AsyncConnection

from apps.database import Pool
from apps.modules import registry
from apps.outbox.due import Due
from apps.store.said import Wanted, other_ids, said
from apps.store.tables import table
from apps.store.unsaid import names, unsaid
from hub.ocpi.bridge import Note, Refusal, Verdict
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Effect, Interface, Module
from hub.ocpi.registry import Match
from hub.ocpi.schema.messages import body_name
from hub.ocpi.status import OcpiError
from hub.policy.retry import Drop, Follow
from hub.routing.network import Network
from hub.routing.translated import OLDEST, alike, known_query

Connection = AsyncConnection[Any]
OWNER_SEGMENTS = 2
# What was converted is used again for so long, and so much of it is kept.
FRESH = timedelta(seconds=10)
MOST = 500


class Spoken(Struct, frozen=True):
    """A delivery with its URL and body as the receiver's version has them, and what they lost; or
    why it is not sent. `due.version` stays the version that it came in."""

    due: Due
    notes: tuple[Note, ...] = ()
    refused: Drop | Follow | None = None


@dataclass(frozen=True, slots=True)
class _Words:
    """What is the same for all receivers of a version."""

    tail: str
    query: str
    body: bytes
    notes: tuple[Note, ...] = ()
    refused: Drop | Follow | None = None


class Speaker:
    """Converts deliveries for a worker, each payload once for a version."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._said: dict[tuple[int, str, int, str], tuple[datetime, asyncio.Future[_Words]]] = {}

    async def spoken(
        self, due: Due, version: str, network: Network, clock: Callable[[], datetime]
    ) -> Spoken:
        """The delivery for a receiver of a version. In its own version it is what came, but for
        ids that 2.1.1 needs other names for."""
        if _passes(due, version):
            return Spoken(due)
        module = registry().get(due.module)
        if module is None or module.custom:
            return Spoken(due)
        return _of(due, await self._words(due, version, module, network, clock()))

    async def _words(
        self, due: Due, version: str, module: Module, network: Network, now: datetime
    ) -> _Words:
        key = (due.payload_id, due.correlation_id, hash(bytes(due.body)), version)
        known = self._said.get(key)
        if known is None or known[0] < now - FRESH or known[1].cancelled():
            if len(self._said) >= MOST:
                self._said.clear()
            work = asyncio.ensure_future(self._converted(due, version, module, network, now))
            known = self._said[key] = (now, work)
        try:
            return await asyncio.shield(known[1])
        except Exception:
            self._said.pop(key, None)  # the next attempt asks again
            raise

    async def _converted(
        self, due: Due, version: str, module: Module, network: Network, now: datetime
    ) -> _Words:
        async with self._pool.connection() as connection:
            return await _convert(connection, due, version, module, network, now)


async def spoken(
    connection: Connection, due: Due, version: str, network: Network, now: datetime
) -> Spoken:
    """One delivery for a receiver of a version, as a worker would send it."""
    module = registry().get(due.module)
    if _passes(due, version) or module is None or module.custom:
        return Spoken(due)
    return _of(due, await _convert(connection, due, version, module, network, now))


def _passes(due: Due, version: str) -> bool:
    return not due.version or alike(due.version, version)


def _of(due: Due, words: _Words) -> Spoken:
    if words.refused is not None:
        return Spoken(due, refused=words.refused)
    own = replace(due, tail=words.tail, query=words.query, body=words.body)
    return Spoken(own, words.notes)


async def _convert(
    connection: Connection,
    due: Due,
    version: str,
    module: Module,
    network: Network,
    now: datetime,
) -> _Words:
    match = _match(due, module)
    same = due.version == version
    query = due.query
    if not same:
        query = known_query(module, Interface.RECEIVER, _query(due, module), version)
    if match is None:
        return _Words(due.tail, query, due.body)
    refused = None if same else await _hidden(connection, due, match, version)
    if refused is not None:
        return _Words(due.tail, query, due.body, refused=refused)
    is_patch = match.operation.effect is Effect.MERGE
    wanted = Wanted(
        name=body_name(match),
        source=due.version,
        target=version,
        owner=network.spelled(PartyId.parse(due.owner)),
        viewer=None,
        now=now,
        is_patch=is_patch,
    )
    tail = await _tail(connection, due.tail, module, wanted)
    if not due.body:
        return _Words(tail, query, due.body)
    done = await said(connection, wanted, bytes(due.body))
    if done.refusal is not None:
        return _Words(tail, query, due.body, refused=_refused(done.refusal, version))
    if is_patch and not module.has(match.operation, version):
        why = f"OCPI {version} has no PATCH of {module.id}"
        return _Words(tail, query, due.body, refused=Follow(why))
    return _Words(tail, query, done.text or b"", done.notes)


def _match(due: Due, module: Module) -> Match | None:
    """What the message is, by its URL; None where its version has no such URL any more."""
    segments = tuple(unquote(each) for each in due.tail.split("/") if each)
    try:
        return registry().match(
            due.version, Interface.RECEIVER, module.identifier, due.method, segments
        )
    except OcpiError:
        return None


async def _hidden(connection: Connection, due: Due, match: Match, version: str) -> Drop | None:
    """Whether a receiver of the version cannot have the object at all, which a part of it does not
    show (spec of 2.1.1: it has no word for `publish`)."""
    depth = len(match.parameters) - OWNER_SEGMENTS
    if match.operation.effect not in (Effect.MERGE, Effect.REPLACE) or (
        match.operation.effect is Effect.REPLACE and depth == 1
    ):
        return None
    found = table(match.module)
    cursor = await connection.execute(
        f"SELECT t.unsaid, t.version, t.payload::text FROM {found.name} t WHERE {found.where} "
        "AND t.owner = %(owner)s AND t.key = %(key)s AND t.audience = ''",
        {"owner": due.owner, "key": due.object.split(" ", 2)[2], "module": found.module},
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    told, kept_in, text = row
    if told is None:
        told = unsaid(match.module, kept_in, text.encode())
    if not names(told, version):
        return None
    return Drop(f"withheld: the object that it is about cannot be said in OCPI {version}")


def _refused(refusal: Refusal, version: str) -> Drop | Follow:
    why = f"cannot be said in OCPI {version} ({refusal.path}: {refusal.why.rstrip('.')})"
    if refusal.verdict is Verdict.WHOLE:
        return Follow(why)
    return Drop(f"{refusal.verdict.value}: {why}")


def _query(due: Due, module: Module) -> str:
    """The query, with the second half of the key where a 2.1.1 push leaves it out."""
    if due.query or module.qualifier is None or due.version != OLDEST:
        return due.query
    name, default = module.qualifier
    value = due.object.rpartition("\t")[2]
    return "" if value == default else f"{name}={quote(value, safe='')}"


async def _tail(connection: Connection, tail: str, module: Module, wanted: Wanted) -> str:
    """The URL with ids as the receiver knows them."""
    segments = [each for each in tail.split("/") if each]
    owner, ids = segments[:OWNER_SEGMENTS], [unquote(each) for each in segments[OWNER_SEGMENTS:]]
    others = await other_ids(connection, replace(wanted, name=module.object), ids)
    if not others:
        return tail
    return "/".join([*owner, *_spelled(ids, others)])


def _spelled(ids: Sequence[str], others: dict[str, str]) -> list[str]:
    return [quote(others.get(each, each), safe="") for each in ids]
