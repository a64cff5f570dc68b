"""A receiver does not know an object of which it got a part: it gets the whole, as it is now."""

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from apps.modules import module_of
from apps.outbox.due import Due
from apps.store import find
from apps.store.objects import EVERYONE
from hub.ocpi.ids import PartyId

Connection = AsyncConnection[Any]
OWNER_AND_ID = 3  # segments of the URL of a whole object

_SUPERSEDE = """
UPDATE outbox_delivery SET state = 'superseded', ended_at = %(now)s,
    reason = 'the whole object follows'
WHERE state = 'waiting' AND attempts = 0 AND platform_id = %(platform)s AND party = %(party)s
AND object = %(object)s
"""
_PUT = """
WITH whole AS (
    INSERT INTO outbox_payload (module, method, tail, query, body, correlation_id, request_id,
        owner, object, version, created_at)
    VALUES (%(module)s, 'PUT', %(tail)s, %(query)s, %(body)s, %(correlation_id)s, %(request_id)s,
        %(owner)s, %(object)s, %(version)s, %(now)s) RETURNING id
)
INSERT INTO outbox_delivery
    (payload_id, platform_id, party, object, state, attempts, due_at, created_at, reason)
SELECT whole.id, %(platform)s, %(party)s, %(object)s, 'waiting', 0, %(now)s, %(now)s, ''
FROM whole
"""


async def follow(connection: Connection, due: Due, now: datetime) -> str:
    """Books a PUT of the whole kept object for the party of a delivery, in place of all that waits
    about it; returns what was done, in words."""
    module, key = module_of(due.module), due.object.split(" ", 2)[2]
    copies = await find.kept_copies(connection, module, PartyId.parse(due.owner), key)
    if EVERYONE not in copies:
        return "and the hub does not keep the whole"
    values = {
        "module": due.module,
        "tail": "/".join(due.tail.split("/")[:OWNER_AND_ID]),
        "query": due.query,
        "body": copies[EVERYONE].text,
        "version": copies[EVERYONE].version,
        "correlation_id": due.correlation_id,
        "request_id": due.request_id,
        "owner": due.owner,
        "object": due.object,
        "platform": due.platform_id,
        "party": due.party,
        "now": now,
    }
    await connection.execute(_SUPERSEDE, values)
    await connection.execute(_PUT, values)
    return "the whole object follows"
