"""Drains one platform's lane: windows of deliveries, different objects side by side."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from apps.database import Pool
from apps.outbox import lane
from apps.outbox.attempt import Clock, Send, attempt, count
from apps.traffic.recorder import Recorder
from hub.policy.retry import Pause
from hub.routing.network import Network, Platform, Status

Picture = Callable[[], Awaitable[Network]]


async def drain(
    platform_id: int, pool: Pool, picture: Picture, send: Send, clock: Clock, recorder: Recorder
) -> int:
    """Sends what is due for a platform until nothing is; returns the number of attempts. While
    another worker holds the lane it is 0: that worker looks again after it has let go."""
    attempts = 0
    while True:
        async with pool.connection() as connection:
            if not await lane.lease(connection, platform_id, clock()):
                return attempts
        try:
            attempts += await _windows(platform_id, pool, picture, send, clock, recorder)
        finally:
            async with pool.connection() as connection:
                await lane.release(connection, platform_id, clock())
        async with pool.connection() as connection:
            if not await lane.has_due(connection, platform_id, clock()):
                return attempts


async def _windows(
    platform_id: int, pool: Pool, picture: Picture, send: Send, clock: Clock, recorder: Recorder
) -> int:
    attempts = 0
    while True:
        network = await picture()
        platform = network.platforms.get(platform_id)
        async with pool.connection() as connection:
            await lane.extend(connection, platform_id, clock())
            if platform is None or platform.status is not Status.CONNECTED:
                await lane.drop_all(connection, platform_id, "not connected", clock())
                return attempts
            window = await lane.book(connection, platform_id, clock(), _size(platform))
        if not window:
            return attempts
        began = time.monotonic()
        attempts += len(window)
        results = await asyncio.gather(
            *(attempt(due, platform, network, send, clock, recorder) for due in window)
        )
        async with pool.connection() as connection:
            await lane.record(connection, results, clock())
        count(results, clock())
        if any(isinstance(result.verdict, Pause) for result in results):
            return attempts
        if platform.max_per_second:
            await asyncio.sleep(began + len(window) / platform.max_per_second - time.monotonic())


def _size(platform: Platform) -> int:
    """A window is what a capped platform may get in a second, at most."""
    return min(lane.WINDOW, platform.max_per_second or lane.WINDOW)
