"""The store as a test sees it: its coroutines on a pool of their own, and short ways to fill it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from apps import database
from apps.database import Pool
from apps.modules import module_of
from apps.store import page
from apps.store.change import Origin
from apps.store.take import Taken, take
from hub.ocpi.ids import PartyId
from hub.ocpi.paging import Window
from hub.routing.visible import View

T = TypeVar("T")


def in_store(work: Callable[[Pool], Awaitable[T]]) -> T:
    """The result of work with a pool."""

    async def run() -> T:
        async with database.pool(2) as pool:
            return await work(pool)

    return asyncio.run(run())


def put(
    module: str, body: dict[str, Any] | bytes, now: datetime, *, audience: str = "",
    owner: str = "NL/CPO", origin: Origin = Origin.PULL, version: str = "2.2.1",
) -> Taken:  # fmt: skip
    """Keeps a whole object as a pull does."""
    text = body if isinstance(body, bytes) else msgspec.json.encode(body)

    async def work(pool: Pool) -> Taken:
        async with pool.connection() as connection, connection.transaction():
            return await take(
                connection, module_of(module), PartyId.parse(owner), text, audience=audience,
                version=version, platform_id=1, cause="a test", now=now, origin=origin,
            )  # fmt: skip

    return in_store(work)


def listed(
    module: str,
    viewer: str,
    window: Window | None = None,
    hidden: tuple[str, ...] = (),
    version: str = "",
) -> tuple[int, list[dict[str, Any]], bool]:
    """A page as a party sees it: the total, the objects, whether more follow."""
    owners = tuple(PartyId.parse(each) for each in hidden)
    view = View(PartyId.parse(viewer), module, owners, only=False)

    async def work(pool: Pool) -> tuple[int, list[dict[str, Any]], bool]:
        async with pool.connection() as connection:
            found = await page.page(
                connection, module_of(module), view, window or Window(), version
            )
        batches = page.documents(
            pool, module_of(module), found.sequences, version, PartyId.parse(viewer)
        )
        texts = [batch.text async for batch in batches if batch.text]
        return found.total, msgspec.json.decode(b"[" + b",".join(texts) + b"]"), found.more

    return in_store(work)
