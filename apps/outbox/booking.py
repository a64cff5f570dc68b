"""Books the next attempts of deliveries, and reads what they carry: a payload once for all of its
receivers, not once for each.

An attempt is booked before the send, so a crash in between is already a retry.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from apps.outbox.due import Due
from hub.policy.retry import lease_until

Connection = AsyncConnection[Any]
# A payload by its row, and by who wrote that row last: what was changed since is read again.
Key = tuple[int, int]
# What is kept of payloads, in bytes of their bodies and in number.
MOST_BYTES = 8 * 2**20
MOST = 1_000
_BODY = 4  # its place among what is read

_BOOK = """
WITH chosen AS (
    SELECT id FROM outbox_delivery WHERE id = ANY(%(ids)s) AND state = 'waiting'
    ORDER BY id FOR UPDATE
)
UPDATE outbox_delivery d SET attempts = attempts + 1, due_at = %(until)s
FROM chosen, outbox_payload p WHERE d.id = chosen.id AND p.id = d.payload_id
RETURNING p.id, p.xmin::text::int8,
    d.id, p.id, d.platform_id, d.party, d.object, d.attempts, d.created_at
"""
_PAYLOADS = """
SELECT id, xmin::text::int8,
    module, method, tail, query, body, owner, from_party, correlation_id, request_id, version
FROM outbox_payload WHERE id = ANY(%s)
"""


class Booking:
    """Books for one worker, which keeps what it read of payloads for the next receivers."""

    def __init__(self, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._known: dict[Key, Sequence[Any]] = {}
        self._bytes = 0

    async def book(
        self, connection: Connection, asked: Sequence[tuple[Sequence[int], datetime]]
    ) -> list[Sequence[Due]]:
        """Books the next attempt of deliveries, at a moment; who asks first for one has it."""
        until = lease_until(max(now for _, now in asked))
        ids = [each for chosen, _ in asked for each in chosen]
        async with connection.cursor(binary=True) as cursor:
            await cursor.execute(_BOOK, {"ids": ids, "until": until})
            rows = await cursor.fetchall()
            carried = {payload: self._known.get((payload, mark)) for payload, mark, *_ in rows}
            unread = [payload for payload, said in carried.items() if said is None]
            if unread:
                await cursor.execute(_PAYLOADS, (unread,))
                for payload, mark, *said in await cursor.fetchall():
                    carried[payload] = said
                    self._keep((payload, mark), said)
        booked = {
            delivery[0]: Due(*delivery, *said)
            for payload, _, *delivery in rows
            if (said := carried[payload]) is not None  # it may be gone, and its deliveries with it
        }
        return [[booked.pop(each) for each in chosen if each in booked] for chosen, _ in asked]

    def _keep(self, key: Key, said: Sequence[Any]) -> None:
        """Keeps what a payload says, and lets go what was read first where that is too much."""
        self._known[key] = said
        self._bytes += len(said[_BODY])
        while len(self._known) > self._most or self._bytes > self._most_bytes:
            oldest = self._known.pop(next(iter(self._known)))
            self._bytes -= len(oldest[_BODY])
