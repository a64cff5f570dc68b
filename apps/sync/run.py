"""Pulls for a while: one platform page after page, several platforms side by side."""

import asyncio
import logging
import uuid
from collections.abc import Sequence
from datetime import datetime

from psycopg import Error

from apps.sync import lease, progress
from apps.sync.turn import Means
from apps.sync.walk import one_page

log = logging.getLogger(__name__)


async def pull_due(means: Means, at_once: int, until: datetime) -> bool:
    """Takes the pulls of up to `at_once` platforms further until a moment; returns whether to go on
    at once, because more is due. Does nothing while another worker does this."""
    holder = str(uuid.uuid4())
    async with means.pool.connection() as connection:
        if not await lease.take(connection, lease.PULLING, holder, means.clock()):
            return False
    try:
        async with means.pool.connection() as connection:
            platforms = await progress.due_platforms(connection, at_once, means.clock())
        went_well = await asyncio.gather(
            *(_pull_shared(means, platform_id, holder, until) for platform_id in platforms)
        )
    finally:
        async with means.pool.connection() as connection:
            await lease.release(connection, lease.PULLING, holder)
    if not all(went_well):
        return False  # the next nudge is soon enough
    async with means.pool.connection() as connection:
        return bool(await progress.due_platforms(connection, 1, means.clock()))


async def _pull_shared(means: Means, platform_id: int, holder: str, until: datetime) -> bool:
    """Pulls from one platform of several: its trouble is not theirs. Returns whether it went
    well."""
    try:
        return await pull_platform(means, platform_id, holder, until, also_hold=(lease.PULLING,))
    except (Error, TimeoutError) as error:
        # Booked already: the next attempt comes by itself.
        log.warning("pulling from platform %s: %s", platform_id, type(error).__name__)
    except Exception:  # the other platforms' pulls go on
        log.exception("pulling from platform %s", platform_id)
    return False


async def pull_platform(
    means: Means,
    platform_id: int,
    holder: str,
    until: datetime,
    *,
    only: Sequence[int] | None = None,
    also_hold: tuple[str, ...] = (),
) -> bool:
    """Takes what is due at one platform further, page by page, until a moment; with `only`, these
    pulls. Returns False when another worker has the platform, or has taken it over."""
    name = lease.of_platform(platform_id)
    async with means.pool.connection() as connection:
        if not await lease.take(connection, name, holder, means.clock()):
            return False
    try:
        while means.clock() < until:
            network = await means.picture()
            async with means.pool.connection() as connection:
                await lease.extend(connection, (name, *also_hold), holder, means.clock())
                walk = await progress.next_walk(connection, platform_id, only, means.clock())
            if walk is None:
                break
            await one_page(means, holder, network, walk)
    except (lease.Lost, progress.Overtaken):
        return False
    finally:
        async with means.pool.connection() as connection:
            await lease.release(connection, name, holder)
    return True
