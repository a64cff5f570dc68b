"""The ways to PostgreSQL from an event loop: psycopg's own pool for the hot statements of store,
outbox and log, and a thread for everything that goes through Django's models."""

import select
from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections, connection
from psycopg import AsyncConnection, OperationalError
from psycopg.conninfo import make_conninfo
from psycopg_pool import AsyncConnectionPool

Pool = AsyncConnectionPool


def pool(size: int = 8) -> Pool:
    """A closed pool to the database Django uses; open it in the event loop that will use it.
    Its connections commit by themselves; use `connection.transaction()` for more."""
    conninfo = make_conninfo(
        settings.DATABASE_URL,
        dbname=str(connection.settings_dict["NAME"]),
        options="-c timezone=UTC",
    )
    return AsyncConnectionPool(
        conninfo,
        min_size=1,
        max_size=size,
        open=False,
        timeout=10,
        kwargs={"autocommit": True},
        check=_alive,
    )


async def _alive(kept: AsyncConnection[Any]) -> None:
    """Whether a pooled connection is still there, without asking the server: an idle one has
    nothing to read, unless the server has closed it. Raises OperationalError, and the pool takes
    another."""
    waiting = select.poll()
    waiting.register(kept.fileno(), select.POLLIN)
    if waiting.poll(0):
        await kept.close()  # else the pool would offer it again
        raise OperationalError("the server closed the connection")


async def in_thread(work: Callable[..., Any], *arguments: Any) -> Any:
    """Runs work with models beside the event loop, on a connection that is closed afterwards."""

    def with_connection() -> Any:
        close_old_connections()
        try:
            return work(*arguments)
        finally:
            close_old_connections()

    return await sync_to_async(with_connection, thread_sensitive=False)()
