"""Makes one of what waits for a party about one object, where hub.policy.supersede says so.

What is merged becomes a payload of its own: other parties may have got the parts one by one.
"""

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from apps.modules import registry
from apps.store.tables import table
from hub.policy.supersede import Coalesced, Waiting, coalesced

Connection = AsyncConnection[Any]
# So many of one object are looked at together; the rest is met in the next round.
MOST = 500

_WAITING = """
SELECT d.id, p.method, p.tail, p.query, p.body, p.version
FROM outbox_delivery d JOIN outbox_payload p ON p.id = d.payload_id
WHERE d.state = 'waiting' AND d.platform_id = %s AND d.party = %s AND d.object = %s
AND d.attempts = 0 ORDER BY d.id LIMIT %s FOR UPDATE OF d
"""
_MERGED = """
WITH merged AS (
    INSERT INTO outbox_payload (module, method, tail, query, body, correlation_id, request_id,
        owner, object, from_party, version, created_at)
    SELECT p.module, %(method)s, p.tail, p.query, %(body)s, p.correlation_id, p.request_id,
        p.owner, p.object, p.from_party, p.version, p.created_at
    FROM outbox_payload p JOIN outbox_delivery d ON d.payload_id = p.id WHERE d.id = %(id)s
    RETURNING id
)
UPDATE outbox_delivery SET payload_id = merged.id FROM merged
WHERE outbox_delivery.id = %(id)s
"""
_GONE = """
UPDATE outbox_delivery SET state = 'superseded', ended_at = %s,
    reason = 'a newer push of the same object took it along'
WHERE id = ANY(%s)
"""


async def coalesce(
    connection: Connection, platform_id: int, party: str, what: str, now: datetime
) -> int | None:
    """Merges what waits untried about an object; the delivery that is the oldest then."""
    async with connection.cursor(row_factory=class_row(Waiting)) as cursor:
        await cursor.execute(_WAITING, (platform_id, party, what, MOST))
        waiting = await cursor.fetchall()
    module = registry().get(what.partition(" ")[0])
    found = coalesced(waiting, table(module).member if module is not None else "")
    for each in found:
        await _write(connection, each, now)
    return found[0].last.id if found else None


async def _write(connection: Connection, push: Coalesced, now: datetime) -> None:
    if not push.gone:
        return
    if (push.method, push.body) != (push.last.method, push.last.body):
        await connection.execute(
            _MERGED, {"method": push.method, "body": push.body, "id": push.last.id}
        )
    await connection.execute(_GONE, (now, push.gone))
