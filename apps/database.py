"""The asynchronous way to PostgreSQL, for the few hot statements of the store, outbox and log."""

from django.conf import settings
from django.db import connection
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
        check=AsyncConnectionPool.check_connection,
    )
