"""The routing index: who is at the other end of a session, reservation or reference."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from psycopg import AsyncConnection

from hub.ocpi.ids import PartyId, fold
from hub.routing.lessons import Lesson

Connection = AsyncConnection[Any]

REMEMBERED = 50_000
REMEMBERED_FOR = timedelta(seconds=60)

# Seen again the same, a row is refreshed once a day: age decides when it is pruned.
_LEARN = """
INSERT INTO store_routingindex AS t (kind, key, owner, other, learned_at)
VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (kind, key, owner) DO UPDATE
SET other = excluded.other, learned_at = excluded.learned_at
WHERE t.other <> excluded.other OR t.learned_at < excluded.learned_at - interval '1 day'
"""


class Learned:
    """Lessons that this process wrote a moment ago, so that a session's hundredth PATCH is not
    written again. Short-lived: another process may have learned something newer."""

    def __init__(self) -> None:
        self._until: dict[Lesson, datetime] = {}

    def new(self, lessons: Sequence[Lesson], now: datetime) -> list[Lesson]:
        """Those that are worth writing."""
        return [each for each in lessons if self._until.get(each, now) <= now]

    def remember(self, lessons: Sequence[Lesson], now: datetime) -> None:
        """They are written."""
        if len(self._until) > REMEMBERED:
            self._until.clear()
        for each in lessons:
            self._until[each] = now + REMEMBERED_FOR


async def learn(connection: Connection, lessons: Sequence[Lesson], now: datetime) -> None:
    """Keeps what a message taught; the newest says who the other end is."""
    for lesson in lessons:
        await connection.execute(
            _LEARN, (lesson.kind, fold(lesson.id), str(lesson.owner), str(lesson.other), now)
        )


async def other_ends(
    connection: Connection, kind: str, identifier: str, party: PartyId
) -> Sequence[PartyId]:
    """The parties at the other end of an id from one party; ids are unique per owner only."""
    cursor = await connection.execute(
        "SELECT DISTINCT CASE WHEN owner = %(party)s THEN other ELSE owner END "
        "FROM store_routingindex WHERE kind = %(kind)s AND key = %(key)s "
        "AND %(party)s IN (owner, other)",
        {"kind": kind, "key": fold(identifier), "party": str(party)},
    )
    return [PartyId.parse(row[0]) for row in await cursor.fetchall()]
