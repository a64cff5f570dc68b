"""Drains one platform's lane: windows of deliveries, different objects side by side."""

import asyncio
import random
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime

from apps.database import Pool, in_thread
from apps.modules import module_of
from apps.outbox import lane
from apps.outbox.lane import Due, Result
from apps.parties import platforms
from apps.traffic import metrics
from apps.traffic.legs import Between, onward
from apps.traffic.recorder import Recorder
from apps.transport.forms import in_either_form
from hub.ocpi.headers import routing
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Answer, Outgoing
from hub.ocpi.module import Interface
from hub.ocpi.status import Code, OcpiError
from hub.policy.retry import Done, Drop, Outcome, retry_after, verdict
from hub.routing.hop import identity, target_url
from hub.routing.network import Network, Platform, Status

Send = Callable[[Outgoing, int, int | None], Awaitable[Answer]]
Clock = Callable[[], datetime]
Picture = Callable[[], Awaitable[Network]]
TIME_LIMIT = 30.0


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
            window = await lane.book(connection, platform_id, clock())
        if not window:
            return attempts
        attempts += len(window)
        results = await asyncio.gather(
            *(_attempt(due, platform, network, send, clock, recorder) for due in window)
        )
        async with pool.connection() as connection:
            await lane.record(connection, results, clock())


async def _attempt(
    due: Due, platform: Platform, network: Network, send: Send, clock: Clock, recorder: Recorder
) -> Result:
    answer: Answer | None = None
    error: OcpiError | None = None
    request: Outgoing | None = None
    began, started = clock(), time.perf_counter()
    try:
        request = _request(due, platform, network)

        async def to_lane(outgoing: Outgoing) -> Answer:
            return await send(outgoing, platform.id, platform.max_in_flight)

        answer, form = await in_either_form(to_lane, request, platform)
        if form is not None:
            await in_thread(platforms.remember_form, platform.id, form)
    except OcpiError as failure:
        error = failure
    envelope = answer.envelope if answer is not None else None
    code = envelope.status_code if envelope is not None else None
    if request is not None:
        between = Between(
            platform.id, str(network.hub), due.party, due.module, Interface.RECEIVER.value
        )
        row = onward(
            request,
            answer,
            error,
            between,
            ids=(due.correlation_id, request.request_id, due.request_id),
            at=began,
            milliseconds=(time.perf_counter() - started) * 1000,
        )
        recorder.add(row)
    if error is not None:
        outcome = Outcome(None, int(error.code))
    else:
        assert answer is not None  # no error means an answer
        outcome = Outcome(answer.status, code, retry_after(answer.header("retry-after"), clock()))
    decided = (
        Drop(error.message)
        if error is not None and error.code not in (Code.TIMEOUT, Code.CONNECTION_PROBLEM)
        else verdict(outcome, due.attempts, clock(), random.random())  # noqa: S311  # spreads retries, hides nothing
    )
    label = "done" if isinstance(decided, Done) else type(decided).__name__.lower()
    metrics.DELIVERIES.labels(due.module, label).inc()
    return Result(due.id, outcome.http, outcome.code, decided)


def _request(due: Due, platform: Platform, network: Network) -> Outgoing:
    module = module_of(due.module)
    base = platform.endpoints.get((module.id, Interface.RECEIVER))
    if base is None:
        raise OcpiError(Code.HUB_ERROR, f"it offers no RECEIVER interface of {module.id} any more")
    to = network.spelled(PartyId.parse(due.party))
    content_type = (("Content-Type", "application/json"),) if due.body else ()
    return Outgoing(
        method=due.method,
        url=target_url(base, due.tail, due.query),
        headers=identity(platform, str(uuid.uuid4()), due.correlation_id)
        + routing(to, platform.presents_as or network.hub)
        + content_type,
        body=bytes(due.body),
        time_limit=TIME_LIMIT,
    )
