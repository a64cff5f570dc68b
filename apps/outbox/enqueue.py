"""Books a Broadcast Push: the object, one payload, one delivery per party, in one transaction."""

from collections.abc import Sequence
from dataclasses import replace
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
_SUPERSEDE = """
UPDATE outbox_delivery SET state = 'superseded', ended_at = %(now)s,
    reason = 'a newer push of the same object took its place'
WHERE state = 'waiting' AND attempts = 0 AND object = %(object)s
    AND platform_id = ANY(%(platforms)s)
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
            await _book(connection, message, change, hops)
        for told in gone if not kept.stale else ():
            await _book(connection, told, replace(change, effect=Effect.MERGE), oldest)
    return kept


async def _book(
    connection: Connection, message: Message, change: Change, hops: Sequence[Hop]
) -> None:
    what, now = change.object, change.now
    platforms = [hop.platform.id for hop in hops]
    if supersedes(change.effect) and not change.part_ids:
        await connection.execute(
            _SUPERSEDE, {"now": now, "object": what, "platforms": sorted(set(platforms))}
        )
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
            "object": what,
            "version": message.version,
            "now": now,
            "platforms": platforms,
            "parties": [str(hop.to.id) for hop in hops],
        },
    )
