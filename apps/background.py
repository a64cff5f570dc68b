"""One event loop in a thread, for the life of a worker process: tasks hand it their work.

A task that hands over a lane ends at once, so that a slow partner holds up nothing but its own
lane, however few processes there are.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, TypeVar

import uvloop

T = TypeVar("T")
log = logging.getLogger(__name__)


class Background:
    """The loop. `run` waits for a result; `start` does not, and starts nothing that is running
    under the same name already."""

    def __init__(self, name: str) -> None:
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()
        self._running: dict[Hashable, asyncio.Task[Any]] = {}

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of a coroutine; what interrupts the wait, cancels it."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        finally:
            future.cancel()

    def start(self, name: Hashable, work: Coroutine[Any, Any, object]) -> bool:
        """Begins a coroutine; returns False when one of that name is under way."""
        return self.run(self._start(name, work))

    async def _start(self, name: Hashable, work: Coroutine[Any, Any, object]) -> bool:
        if not self.begin(name, lambda: work):
            work.close()
            return False
        return True

    def has(self, name: Hashable) -> bool:
        """Whether something of that name is under way; to be asked in the loop itself."""
        task = self._running.get(name)
        return task is not None and not task.done()

    def begin(self, name: Hashable, make: Callable[[], Coroutine[Any, Any, object]]) -> bool:
        """`start` for what runs in the loop itself; the coroutine is made only when it begins."""
        if self.has(name):
            return False
        task = self._running[name] = asyncio.create_task(make())
        task.add_done_callback(_tell)
        task.add_done_callback(lambda ended: self._forget(name, ended))
        return True

    def _forget(self, name: Hashable, ended: "asyncio.Task[Any]") -> None:
        if self._running.get(name) is ended:  # another may have begun since
            del self._running[name]

    def finish(self, seconds: float) -> None:
        """Waits so long for what was started, and cancels the rest."""
        self.run(self._finish(seconds))

    async def _finish(self, seconds: float) -> None:
        running = list(self._running.values())
        if not running:
            return
        _, late = await asyncio.wait(running, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def close(self) -> None:
        """Ends the loop."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def _tell(task: "asyncio.Task[Any]") -> None:
    """An error of what nobody waits for goes to the log."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("work in the background failed", exc_info=error)
