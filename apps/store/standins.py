"""Stand-ins: hub URLs that stand for URLs on another platform, each for one follower only."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class StandIn:
    """A row of `store_standin`; see the model for what each column says."""

    id: str
    kind: str
    module: str
    url: str
    follower_platform: int
    follower_party: str
    target_platform: int
    target_party: str
    correlation_id: str
    expires_at: datetime | None
    key: str = ""
    replies: str = ""


_COLUMNS = tuple(field.name for field in fields(StandIn))
_MINT = (
    f"INSERT INTO store_standin ({', '.join(_COLUMNS)}) "
    f"VALUES ({', '.join(f'%({column})s' for column in _COLUMNS)})"
)


async def mint(connection: Connection, stand_in: StandIn) -> None:
    """Keeps a new stand-in; it works from the moment this returns."""
    await connection.execute(_MINT, {column: getattr(stand_in, column) for column in _COLUMNS})


async def find(
    connection: Connection, identifier: str, follower_platform: int, now: datetime
) -> StandIn | None:
    """The stand-in, when this platform may follow it and it has not expired."""
    async with connection.cursor(row_factory=class_row(StandIn)) as cursor:
        await cursor.execute(
            f"SELECT {', '.join(_COLUMNS)} FROM store_standin WHERE id = %s "
            "AND follower_platform = %s AND (expires_at IS NULL OR expires_at > %s)",
            (identifier, follower_platform, now),
        )
        return await cursor.fetchone()


async def of_object(
    connection: Connection,
    module: str,
    key: str,
    follower: tuple[int, str],
    target_party: str,
    now: datetime,
) -> StandIn | None:
    """The stand-in that a platform and party were given for a kept object, when it is good."""
    async with connection.cursor(row_factory=class_row(StandIn)) as cursor:
        await cursor.execute(
            f"SELECT {', '.join(_COLUMNS)} FROM store_standin WHERE module = %s AND key = %s "
            "AND key <> '' AND follower_platform = %s AND follower_party = %s "
            "AND target_party = %s AND (expires_at IS NULL OR expires_at > %s) "
            "ORDER BY created_at LIMIT 1",
            (module, key, *follower, target_party, now),
        )
        return await cursor.fetchone()


async def extend(connection: Connection, identifier: str, until: datetime) -> None:
    """Lets a stand-in live longer, never shorter."""
    await connection.execute(
        "UPDATE store_standin SET expires_at = %(until)s WHERE id = %(id)s "
        "AND expires_at < %(until)s",
        {"id": identifier, "until": until},
    )
