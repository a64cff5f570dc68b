"""Room for the windows that are under way: so many at once in a process, however many lanes it
drains.

Without it the deliveries of hundreds of windows are held in memory. What is not done soon gives its
place away and goes on without one, so that a slow platform delays nobody else.
"""

import asyncio
from types import TracebackType

WINDOWS = 12
SOON_SECONDS = 0.2


class Room:
    """The places of one event loop. `async with room.place():` waits for one."""

    def __init__(self, places: int, soon: float = SOON_SECONDS) -> None:
        self._places = asyncio.Semaphore(places)
        self._soon = soon

    def place(self) -> "Place":
        return Place(self._places, self._soon)


class Place:
    """One place, taken at the beginning of the block, given back at its end or soon after its
    beginning, whichever comes first."""

    def __init__(self, places: asyncio.Semaphore, soon: float) -> None:
        self._places = places
        self._soon = soon
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> None:
        await self._places.acquire()
        self._timer = asyncio.get_running_loop().call_later(self._soon, self._leave)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._leave()

    def _leave(self) -> None:
        self._timer = None
        self._places.release()
