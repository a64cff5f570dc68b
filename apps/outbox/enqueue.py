"""Books a Broadcast Push: the object, one payload, one delivery per party, in one transaction."""

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection

from apps.outbox import unpublished
from apps.store.change import Change
from apps.store.keep import Kept, keep
from hub.ocpi.message import Message
from hub.ocpi.module import Effect
from hub.policy.supersede import supersedes
from hub.routing.decide import Hop
from hub.routing.translated import OLDEST

Connection = AsyncConnection[Any]

_BOOK = """
WITH payload AS (
    INSERT INTO outbox_payload
        (module, method, tail, query, body, correlation_id, request_id, owner, object, version,
        created_at)
    VALUES (%(module)s, %(method)s, %(tail)s, %(query)s, %(body)s, %(correlation_id)s,
        %(request_id)s, %(owner)s, %(object)s, %(version)s, %(now)s) RETURNING id
)
INSERT INTO outbox_delivery
    (payload_id, platform_id, party, object, state, attempts, due_at, created_at, reason)
SELECT payload.id, platform_id, party, %(object)s, 'waiting', 0, %(now)s, %(now)s, ''
FROM payload, unnest(%(platforms)s::bigint[], %(parties)s::text[]) AS receiver (platform_id, party)
"""
# Locked in one order, as wherever several that wait are written: nobody waits for each other.
_SUPERSEDE = """
WITH older AS (
    SELECT id FROM outbox_delivery WHERE state = 'waiting' AND attempts = 0
        AND object = %(object)s AND platform_id = ANY(%(platforms)s) ORDER BY id FOR UPDATE
)
UPDATE outbox_delivery d SET state = 'superseded', ended_at = %(now)s,
    reason = 'a newer push of the same object took its place'
FROM older WHERE d.id = older.id
"""


async def accept_push(
    connection: Connection, message: Message, change: Change, hops: Sequence[Hop]
) -> Kept:
    """Keeps the object and books its deliveries; all of it or, on any error, nothing.

    Raises OcpiError 404 when a PATCH or a nested object has nothing to go to (D-12).
    """
    oldest = [hop for hop in hops if hop.platform.version == OLDEST]
    async with connection.transaction():
        gone = await unpublished.removed(connection, change, message) if oldest else ()
        kept = await keep(connection, change)
        # A removal is recorded even when nobody is there to get it: who was away is told later.
        if hops or change.effect is Effect.REMOVE:
            # What is older than what waits is told too, and takes nothing of it away.
            if supersedes(change.effect) and not (change.part_ids or kept.stale or kept.behind):
                await _supersede(connection, change, hops)
            await _book(connection, message, change, hops)
        for told in gone if not kept.stale else ():
            await _book(connection, told, change, oldest)
    return kept


async def _supersede(connection: Connection, change: Change, hops: Sequence[Hop]) -> None:
    platforms = sorted({hop.platform.id for hop in hops})
    await connection.execute(
        _SUPERSEDE, {"now": change.now, "object": change.object, "platforms": platforms}
    )


async def _book(
    connection: Connection, message: Message, change: Change, hops: Sequence[Hop]
) -> None:
    await connection.execute(
        _BOOK,
        {
            "module": change.module.id,
            "method": message.method,
            "tail": message.tail,
            "query": message.query,
            "body": message.body,
            "correlation_id": message.correlation_id,
            "request_id": message.request_id,
            "owner": str(change.owner),
            "object": change.object,
            "version": message.version,
            "now": change.now,
            "platforms": [hop.platform.id for hop in hops],
            "parties": [str(hop.to.id) for hop in hops],
        },
    )
