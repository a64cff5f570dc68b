"""One look for all who ask at the same moment: hundreds of lanes want the same picture."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    """Work that is done once for all who wait for it. Nobody gets what began before it asked: that
    may have missed what it is looking for."""

    def __init__(self, work: Callable[[], Awaitable[T]]) -> None:
        self._work = work
        self._at_work = asyncio.Lock()
        self._next: asyncio.Task[T] | None = None

    async def __call__(self) -> T:
        if self._next is None:
            self._next = asyncio.create_task(self._turn())
        return await asyncio.shield(self._next)

    async def _turn(self) -> T:
        async with self._at_work:
            self._next = None
            return await self._work()
