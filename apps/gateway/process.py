"""What one web process keeps while it runs: client, database pool, log, and what it has noticed."""

import asyncio
import gc
import logging
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

import redis.asyncio
from django.conf import settings
from django.db import Error, transaction

from apps import database
from apps.database import Pool, in_thread
from apps.gateway.limits import Buckets
from apps.hubclientinfo.tasks import announce
from apps.message_ids import new_id
from apps.modules import registry
from apps.outbox.tasks import drain_lanes
from apps.parties import directory, platforms, signs, tokens
from apps.parties.models import Platform
from apps.parties.signs import Collected, Signs
from apps.store.index import Learned
from apps.traffic import metrics, partitions
from apps.traffic.record import BodyPolicy, Row
from apps.traffic.recorder import Recorder
from apps.transport.client import Client
from hub.ocpi.headers import TokenForm
from hub.routing.network import Network, Status, TokenEntry, TokenKind

LOOK_AGAIN_SECONDS = 1.0
LOOKS_APART_SECONDS = 0.05
# Requests without a good token that are logged: enough to see what goes on, too few to fill a disk.
STRANGERS_PER_SECOND = 10
NOTICE_SECONDS = 1.0
# Lanes are named together, to as many workers as share them: a message for each lane and push would
# cost more than the push.
NUDGES_AT_ONCE = 2
NUDGES_APART_SECONDS = 0.02
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Noticed:
    """What requests showed since the last write: which habits platforms have, whose new token came
    into use, which token form was understood."""

    habits: dict[tuple[int, str], datetime] = field(default_factory=dict)
    renewed: set[int] = field(default_factory=set)
    forms: dict[int, TokenForm] = field(default_factory=dict)


class Process:
    """Opened once when the server starts, closed when it stops."""

    def __init__(self) -> None:
        hub = settings.HUB
        self.pool: Pool = database.pool()
        self.signs = Signs(now)
        self.client = Client(
            hub.egress_allow, hub.max_answer_bytes, hub.max_in_flight, self.signs.outcome
        )
        self.recorder = Recorder(self.pool)
        self.bodies = BodyPolicy(hub.log_bodies, hub.log_body_limit)
        self.buckets = Buckets(hub.rate_limit)
        self.strangers = Buckets(STRANGERS_PER_SECOND)
        self.noticed = Noticed()
        self.tokens_of: Network | None = None
        self.tokens: dict[str, tuple[TokenEntry, str, TokenForm]] = {}
        self.learned = Learned()
        self.page_limit: int = hub.page_limit
        self.clock = now
        self.new_id = new_id
        self._lanes: set[int] = set()
        self._news = False
        self._known: Network | None = None
        self._nudge = asyncio.Event()
        self._looking = asyncio.Lock()
        self._noting = asyncio.Lock()
        self._next_look: asyncio.Task[None] | None = None
        self._looked = 0.0
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Loads the directory, opens the pool, starts the background work. Raises BadDescription
        when a module description is wrong: the server does not start then."""
        registry()
        await self.pool.open()
        await in_thread(partitions.make, now().date())
        await in_thread(directory.refresh)
        self._tasks = [
            asyncio.create_task(self._every(self._until_next_look, self.look)),
            asyncio.create_task(self._every(lambda: NOTICE_SECONDS, self._write_noticed)),
            asyncio.create_task(self.recorder.run(self._stop)),
            asyncio.create_task(self._wake()),
        ]
        self._listening = asyncio.create_task(self._listen())
        # What is there now stays: the collector need not look at it again and again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)
        # What works in a thread must not hold up the loop for 5 ms at a time.
        sys.setswitchinterval(0.001)

    async def close(self) -> None:
        """Stops the background work and writes what is left."""
        self._stop.set()
        self._nudge.set()
        self._listening.cancel()
        await asyncio.gather(*self._tasks, self._listening, return_exceptions=True)
        await self.recorder.flush()
        await self._write_noticed()
        await self.client.close()
        await self.pool.close()

    async def look(self) -> None:
        """Takes in the directory as it is now. Callers that wait for the same look share it; one
        that is under way already may have missed what a caller is looking for."""
        if self._next_look is None:
            self._next_look = asyncio.create_task(self._look())
        await asyncio.shield(self._next_look)

    async def _look(self) -> None:
        async with self._looking:
            # Strangers' tokens cause looks: a thousand of them cost no more than twenty a second.
            await asyncio.sleep(self._looked + LOOKS_APART_SECONDS - time.monotonic())
            self._next_look = None
            await in_thread(directory.refresh_if_changed)
            self._looked = time.monotonic()
        self._take_in(directory.snapshot())

    def _take_in(self, network: Network) -> None:
        """Of a change, whoever made it, platforms may have to be told."""
        if network is self._known:
            return
        self._known, self._news = network, True
        self._nudge.set()
        statuses = Counter(platform.status.value for platform in network.platforms.values())
        for status in Status:
            metrics.PLATFORMS.labels(status.value).set(statuses[status.value])

    def _until_next_look(self) -> float:
        """A second, or less when an agreement or a token begins or ends by date before."""
        turns_at = directory.snapshot().turns_at
        if turns_at is None:
            return LOOK_AGAIN_SECONDS
        left = (turns_at - self.clock()).total_seconds()
        return min(LOOK_AGAIN_SECONDS, max(LOOK_AGAIN_SECONDS / 4, left))

    async def keep_row(self, row: Row) -> None:
        """Hands a row of the message log to the recorder."""
        self.recorder.add(row)

    def nudge(self, platform_ids: set[int]) -> None:
        """Has workers drain these lanes soon; the caller does not wait for the broker."""
        self._lanes |= platform_ids
        self._nudge.set()

    async def _wake(self) -> None:
        while not self._stop.is_set():
            await self._nudge.wait()
            self._nudge.clear()
            lanes, self._lanes = self._lanes, set()
            news, self._news = self._news, False
            try:
                await asyncio.to_thread(_send_nudges, lanes, news)
            except Exception as error:  # the broker's client has many; none may end this loop
                # Not lost: beat's nudges find every row that is due.
                log.warning("workers not nudged: %s", type(error).__name__)
            await asyncio.sleep(NUDGES_APART_SECONDS)

    async def _listen(self) -> None:
        while True:
            try:
                async with (
                    redis.asyncio.Redis.from_url(settings.REDIS_URL) as broker,
                    broker.pubsub() as channel,
                ):
                    await channel.subscribe(directory.CHANNEL)
                    async for _ in channel.listen():
                        await self.look()
            except Exception as error:  # the version is looked at every second as well
                log.warning("not listening for directory changes: %s", type(error).__name__)
                await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def _every(
        self, seconds: Callable[[], float], work: Callable[[], Awaitable[None]]
    ) -> None:
        """Does something again and again, until the process closes."""
        while not self._stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), seconds())
            try:
                await work()
            except Error as error:
                log.warning("%s: %s", work.__name__, type(error).__name__)
            except Exception:  # whatever it was, the next round must come
                log.exception("%s", work.__name__)

    async def _write_noticed(self) -> None:
        async with self._noting:  # what was noticed before is written when this returns
            noticed, self.noticed = self.noticed, Noticed()
            if await in_thread(_note_down, noticed, self.signs.take()):
                await self.look()


def now() -> datetime:
    return datetime.now(UTC)


def _send_nudges(platform_ids: set[int], news: bool) -> None:
    for share in range(NUDGES_AT_ONCE):
        lanes = [each for each in sorted(platform_ids) if each % NUDGES_AT_ONCE == share]
        if lanes:
            drain_lanes.delay(lanes)
    if news:
        announce.delay()


def _note_down(noticed: Noticed, collected: Collected) -> bool:
    """Writes what was noticed; returns whether the directory changed by it."""
    fell_or_returned, changed = signs.write(collected), False
    with transaction.atomic():
        for platform_id in sorted({platform for platform, _ in noticed.habits}):
            _learn(platform_id, noticed)
        for platform_id in noticed.renewed:
            changed |= bool(tokens.end_replaced(platform_id, TokenKind.ISSUED))
        for platform_id, form in noticed.forms.items():
            changed |= platforms.remember_form(platform_id, form)
        if changed:
            directory.changed()
    return changed or fell_or_returned


def _learn(platform_id: int, noticed: Noticed) -> None:
    platform = Platform.objects.select_for_update(no_key=True).filter(pk=platform_id).first()
    if platform is not None:
        habits = {name: at for (owner, name), at in noticed.habits.items() if owner == platform_id}
        platform.learned |= {name: at.isoformat(timespec="seconds") for name, at in habits.items()}
        platform.save(update_fields=["learned"])
