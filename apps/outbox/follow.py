"""A receiver does not know an object of which it got a part: it gets the whole, as it is now."""

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from apps.modules import module_of
from apps.outbox.due import Due
from apps.store import find
from apps.store.objects import EVERYONE
from apps.store.tables import table
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Module

Connection = AsyncConnection[Any]
OWNER_AND_ID = 3  # segments of the URL of a whole object

_SUPERSEDE = """
WITH older AS (
    SELECT id FROM outbox_delivery WHERE state = 'waiting' AND attempts = 0
        AND platform_id = %(platform)s AND party = %(party)s AND object = %(object)s
    ORDER BY id FOR UPDATE
)
UPDATE outbox_delivery d SET state = 'superseded', ended_at = %(now)s,
    reason = 'the whole object follows'
FROM older WHERE d.id = older.id
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
    about it; returns what was done, in words. To be called in a transaction that ends soon."""
    module, key = module_of(due.module), due.object.split(" ", 2)[2]
    # A push that is under way is waited for and told of, later ones wait: none falls in between.
    await _hold(connection, module, due.owner, key)
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


async def _hold(connection: Connection, module: Module, owner: str, key: str) -> None:
    """Lets nobody change what is kept of an object for everyone until the transaction ends; what is
    read from now on is as new as that."""
    found = table(module)
    await connection.execute(
        f"SELECT 1 FROM {found.name} t WHERE {found.where} AND t.owner = %(owner)s "
        "AND t.key = %(key)s AND t.audience = %(audience)s FOR SHARE",
        {"module": found.module, "owner": owner, "key": key, "audience": EVERYONE},
    )
