"""Drains one platform's lane: windows of deliveries, different objects side by side."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from apps.database import Pool
from apps.outbox import directed, lane
from apps.outbox.attempt import Clock, Send, attempt, broken, count
from apps.outbox.crew import Crew
from apps.outbox.due import Due, Result
from apps.outbox.lanes import Lanes
from apps.outbox.lease import Lease
from apps.outbox.record import record
from apps.outbox.room import Room
from apps.outbox.spoken import Speaker
from apps.outbox.way import Ways
from apps.traffic.recorder import Recorder
from hub.policy.breaker import FAILURES
from hub.policy.retry import Drop, Pause, RetryAt, lease_until
from hub.routing.network import Network, Platform, Status

Picture = Callable[[], Awaitable[Network]]
EXTEND_SECONDS = 5.0
# Sent to a platform before anything else is: enough to see that it is away.
AT_FIRST = FAILURES
FAILED = frozenset({RetryAt, Pause})
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Means:
    """What a worker drains lanes with: `windows` may be under way at once, sent by the `crew`.
    `nudged` are lanes of which it was told again while it drained them."""

    pool: Pool
    lanes: Lanes
    picture: Picture
    send: Send
    clock: Clock
    recorder: Recorder
    crew: Crew
    windows: Room
    speaker: Speaker
    nudged: set[int]


async def drain(platform_id: int, means: Means) -> int:
    """Sends what is due for a platform until nothing is; returns the number of attempts. While
    another worker holds the lane it is 0: that worker looks again after it has let go."""
    lanes, clock = means.lanes, means.clock
    attempts = 0
    while True:
        until = await lanes.take((platform_id, clock()))
        if until is None:
            return attempts
        held = _Held(until, time.monotonic())
        try:
            attempts += await _windows(platform_id, means, held)
        finally:
            await lanes.change(Lease(platform_id, held.until, clock()))
            means.nudged.discard(platform_id)
            more = await lanes.has_due((platform_id, clock()))
        # What it was told of since may have come too late to be seen just now.
        if not more and platform_id not in means.nudged:
            return attempts


@dataclass(slots=True)
class _Held:
    """A lane that this worker has: until when, and when it was last extended; and whether its
    platform took what it was sent last."""

    until: datetime
    extended: float
    takes: bool = False


async def _windows(platform_id: int, means: Means, held: _Held) -> int:
    """Sends window after window, until one is not full, or until the lane is lost to another
    worker. After a failure the platform is looked at once more: it may be OFFLINE by now."""
    attempts = 0
    while True:
        await means.recorder.relieve()
        async with means.windows.place():
            began = time.monotonic()
            if not await _still_held(platform_id, means, held):
                return attempts
            sent = await _window(platform_id, means, lane.WINDOW if held.takes else AT_FIRST)
        if sent is None:
            return attempts
        held.takes = not sent.failed
        attempts += sent.number
        if sent.cap:
            await asyncio.sleep(began + sent.number / sent.cap - time.monotonic())
        if not sent.may_be_more:
            return attempts


@dataclass(frozen=True, slots=True)
class Sent:
    """One window that was sent: how many, whether any failed, whether more may be due, and how many
    the platform gets in a second. What was in it is let go: hundreds of lanes wait for the next."""

    number: int
    failed: bool
    may_be_more: bool
    cap: int | None


async def _still_held(platform_id: int, means: Means, held: _Held) -> bool:
    """Extends the lease when some of it is gone. False when all of it was, and another worker has
    the lane: to go on would be to send beside it."""
    now = time.monotonic()
    if now - held.extended <= EXTEND_SECONDS:
        return True
    longer = lease_until(means.clock())
    if not await means.lanes.change(Lease(platform_id, held.until, longer)):
        return False
    held.until, held.extended = longer, now
    return True


async def _window(platform_id: int, means: Means, at_first: int) -> Sent | None:
    """Books what is due, sends it and records what came of it; None when nothing is due, or the
    platform is away and the lane was emptied. Where none of the first so many is taken, the others
    are not tried: they wait for the next window, before which the platform is looked at again."""
    pool, clock = means.pool, means.clock
    network = await means.picture()
    platform = network.platforms.get(platform_id)
    if platform is None or platform.status is not Status.CONNECTED:
        async with pool.connection() as connection:
            gone = await lane.drop_all(connection, platform_id, "not connected", clock())
        means.recorder.counts.deliveries(clock(), platform_id, dropped=gone)
        return None
    window, more = await _booked(platform, means)
    if not window:
        return None
    work = partial(_attempt, Ways(platform, network), means)
    results = await means.crew.do(work, window, at_first, _taken)
    if len(results) < len(window):
        tried = {result.due.id for result in results}
        async with pool.connection() as connection:
            await lane.hand_back(connection, [d.id for d in window if d.id not in tried], clock())
    gone = await record(pool, means.lanes.write, results, clock())
    done, dropped = count(results, clock())
    means.recorder.counts.deliveries(clock(), platform_id, done=done, dropped=dropped + gone)
    came = {type(result.verdict) for result in results}
    may_be_more = Pause not in came and (more or RetryAt in came)
    return Sent(len(results), not came.isdisjoint(FAILED), may_be_more, platform.max_per_second)


def _taken(result: Result) -> bool:
    """Whether the platform is there, and takes what it is sent, or says that it never will."""
    return type(result.verdict) not in FAILED


async def _booked(platform: Platform, means: Means) -> tuple[Sequence[Due], bool]:
    """The next window: at most one delivery per party and object, their next attempts booked; and
    whether others may go that it has no room for."""
    size = _size(platform)
    heads = await means.lanes.heads((platform.id, means.clock(), size + 1))
    chosen = []
    for head in heads[:size]:
        if head.newer and not head.attempts:
            async with means.pool.connection() as connection:
                chosen.append(await lane.merged(connection, platform.id, head, means.clock()))
        else:
            chosen.append(head.id)
    if not chosen:
        return [], False
    return await means.lanes.book((chosen, means.clock())), len(heads) > size


async def _attempt(ways: Ways, means: Means, due: Due) -> Result:
    try:
        if due.from_party:
            async with means.pool.connection() as connection:
                copy = await directed.as_kept(connection, due)
            if copy is None:
                return Result(due, None, None, Drop(directed.GONE))
            due = copy
        spoken = await means.speaker.spoken(due, ways.platform.version, ways.network, means.clock)
        return await attempt(spoken, ways, means.send, means.clock, means.recorder)
    except Exception as error:  # the others of its window have their outcomes
        log.exception("delivery %s", due.id)
        return broken(due, error, means.clock())


def _size(platform: Platform) -> int:
    """A window is what a capped platform may get in a second, and at once, at most."""
    most = lane.WINDOW
    return min(most, platform.max_per_second or most, platform.max_in_flight or most)
