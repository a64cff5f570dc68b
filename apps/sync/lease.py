"""Who works on what: taken by conditional update, kept while the work goes on, run out by itself.

A platform is pulled from by one worker at a time, and one worker at a time pulls at all, so that
the others stay free for deliveries. A holder that lost its lease finds out at its next step.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from hub.policy.retry import lease_until

Connection = AsyncConnection[Any]

PULLING = "pulling"

_TAKE = """
INSERT INTO sync_lease AS l (name, holder, leased_until) VALUES (%(name)s, %(holder)s, %(until)s)
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, leased_until = excluded.leased_until
WHERE l.leased_until <= %(now)s
"""


class Lost(Exception):
    """Another worker has taken over; whatever was not written yet is its work now."""


def of_platform(platform_id: int) -> str:
    """The name of the lease on one platform."""
    return f"platform {platform_id}"


async def take(connection: Connection, name: str, holder: str, now: datetime) -> bool:
    """Takes a lease, or finds that somebody has it."""
    cursor = await connection.execute(
        _TAKE, {"name": name, "holder": holder, "until": lease_until(now), "now": now}
    )
    return cursor.rowcount == 1


async def extend(connection: Connection, names: Iterable[str], holder: str, now: datetime) -> None:
    """Keeps leases for another while, and their rows until the end of the transaction. Raises
    Lost."""
    wanted = list(names)
    cursor = await connection.execute(
        "UPDATE sync_lease SET leased_until = %s WHERE name = ANY(%s) AND holder = %s",
        (lease_until(now), wanted, holder),
    )
    if cursor.rowcount != len(wanted):
        raise Lost


async def release(connection: Connection, name: str, holder: str) -> None:
    """Gives a lease back."""
    await connection.execute(
        "DELETE FROM sync_lease WHERE name = %s AND holder = %s", (name, holder)
    )
