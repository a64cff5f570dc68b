"""The ways to PostgreSQL from an event loop: psycopg's own pool for the hot statements of store,
outbox and log, and a thread for everything that goes through Django's models."""

import select
from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections, connection
from psycopg import AsyncConnection
from psycopg.conninfo import make_conninfo
from psycopg_pool import AsyncConnectionPool


class Pool(AsyncConnectionPool):
    """A pool that gives out no connection the server has closed. The library's own check waits
    longer and longer after each it finds; after a restart of the server all of them are closed."""

    async def getconn(self, timeout: float | None = None) -> AsyncConnection[Any]:  # noqa: ASYNC109  # the signature of the library
        while True:
            kept = await super().getconn(timeout)
            if _alive(kept):
                return kept
            await kept.close()
            await self.putconn(kept)  # closed as it is, it is replaced


def pool(size: int = 8) -> Pool:
    """A closed pool to the database Django uses; open it in the event loop that will use it.
    Its connections commit by themselves; use `connection.transaction()` for more."""
    conninfo = make_conninfo(
        settings.DATABASE_URL,
        dbname=str(connection.settings_dict["NAME"]),
        options="-c timezone=UTC",
    )
    return Pool(
        conninfo,
        min_size=1,
        max_size=size,
        open=False,
        timeout=10,
        kwargs={"autocommit": True},
    )


def _alive(kept: AsyncConnection[Any]) -> bool:
    """Whether a pooled connection is still there, without asking the server: an idle one has
    nothing to read, unless the server has closed it."""
    waiting = select.poll()
    waiting.register(kept.fileno(), select.POLLIN)
    return not waiting.poll(0)


async def in_thread(work: Callable[..., Any], *arguments: Any) -> Any:
    """Runs work with models beside the event loop, on a connection that is closed afterwards."""

    def with_connection() -> Any:
        close_old_connections()
        try:
            return work(*arguments)
        finally:
            close_old_connections()

    return await sync_to_async(with_connection, thread_sensitive=False)()
