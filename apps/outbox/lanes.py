"""What the lanes of a worker ask of the database. Those that ask at the same moment share a
statement: a round trip costs more than what it does for one lane."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from psycopg import AsyncConnection

from apps.database import Pool
from apps.outbox import lane, lease, record
from apps.outbox.booking import Booking
from apps.outbox.together import Together

A = TypeVar("A")
R = TypeVar("R")
Statement = Callable[[AsyncConnection[Any], Sequence[A]], Awaitable[Sequence[R]]]


class Lanes:
    """Each of these as its function says, for one lane."""

    def __init__(self, pool: Pool) -> None:
        self.take = _together(pool, lease.take)
        self.change = _together(pool, lease.change)
        self.heads = _together(pool, lane.heads)
        self.book = _together(pool, Booking().book)
        self.write = _together(pool, record.write)
        self.has_due = _together(pool, lane.has_due)


def _together(pool: Pool, statement: Statement[A, R]) -> Together[A, R]:
    async def work(asked: Sequence[A]) -> Sequence[R]:
        async with pool.connection() as connection:
            return await statement(connection, asked)

    return Together(work)
