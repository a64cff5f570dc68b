"""Drains one platform's lane: windows of deliveries, different objects side by side."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from apps.database import Pool
from apps.outbox import lane
from apps.outbox.attempt import Clock, Send, attempt, count, ended
from apps.outbox.due import Due, Result
from apps.outbox.room import Room
from apps.traffic.recorder import Recorder
from hub.policy.retry import Pause, RetryAt
from hub.routing.network import Network, Platform, Status

Picture = Callable[[], Awaitable[Network]]
EXTEND_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Means:
    """What a worker drains lanes with."""

    pool: Pool
    picture: Picture
    send: Send
    clock: Clock
    recorder: Recorder
    room: Room


async def drain(platform_id: int, means: Means) -> int:
    """Sends what is due for a platform until nothing is; returns the number of attempts. While
    another worker holds the lane it is 0: that worker looks again after it has let go."""
    pool, clock = means.pool, means.clock
    attempts = 0
    while True:
        async with pool.connection() as connection:
            if not await lane.lease(connection, platform_id, clock()):
                return attempts
        try:
            attempts += await _windows(platform_id, means)
        finally:
            async with pool.connection() as connection:
                await lane.release(connection, platform_id, clock())
                more = await lane.has_due(connection, platform_id, clock())
        if not more:
            return attempts


async def _windows(platform_id: int, means: Means) -> int:
    """Sends window after window, until one is not full. After a failure the platform is looked at
    once more: it may be OFFLINE by now."""
    pool, clock = means.pool, means.clock
    attempts, extended = 0, time.monotonic()
    while True:
        network = await means.picture()
        platform = network.platforms.get(platform_id)
        began = time.monotonic()
        async with pool.connection() as connection:
            if began - extended > EXTEND_SECONDS:
                await lane.extend(connection, platform_id, clock())
                extended = began
            if platform is None or platform.status is not Status.CONNECTED:
                gone = await lane.drop_all(connection, platform_id, "not connected", clock())
                means.recorder.counts.deliveries(clock(), platform_id, dropped=gone)
                return attempts
            size = _size(platform)
            window = await lane.book(connection, platform_id, clock(), size)
        if not window:
            return attempts
        attempts += len(window)
        results = await asyncio.gather(*(_attempt(due, platform, network, means) for due in window))
        async with pool.connection() as connection:
            gone = await lane.record(connection, results, clock())
        count(results, clock())
        done, dropped = ended(results)
        means.recorder.counts.deliveries(clock(), platform_id, done=done, dropped=dropped + gone)
        if any(isinstance(result.verdict, Pause) for result in results):
            return attempts
        if platform.max_per_second:
            await asyncio.sleep(began + len(window) / platform.max_per_second - time.monotonic())
        if len(window) < size and not any(isinstance(r.verdict, RetryAt) for r in results):
            return attempts


async def _attempt(due: Due, platform: Platform, network: Network, means: Means) -> Result:
    async with means.room.place():
        return await attempt(due, platform, network, means.send, means.clock, means.recorder)


def _size(platform: Platform) -> int:
    """A window is what a capped platform may get in a second, at most."""
    return min(lane.WINDOW, platform.max_per_second or lane.WINDOW)
