"""Asks a platform something as the hub, to the platform itself, with a row in the message log."""

import random
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from apps.database import in_thread
from apps.parties import platforms
from apps.traffic.legs import Between, onward
from apps.traffic.record import Row
from apps.transport.forms import in_either_form
from hub.ocpi.message import Answer, Outgoing
from hub.ocpi.status import OcpiError
from hub.routing.hop import identity
from hub.routing.network import Platform

Clock = Callable[[], datetime]
Send = Callable[[Outgoing], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Means:
    """What is asked with: `send` is the client's, `keep` takes the rows of the message log, and
    `jitter` is a random number from 0 to 1."""

    send: Send
    clock: Clock
    keep: Callable[[Row], None]
    jitter: Callable[[], float] = random.random


async def ask(means: Means, platform: Platform, url: str, module: str, time_limit: float) -> Answer:
    """The platform's answer to a GET, whatever it says; a token form that turns out to be the
    right one is remembered. Raises OcpiError."""
    request_id, correlation_id = str(uuid.uuid4()), str(uuid.uuid4())
    headers = identity(platform, request_id, correlation_id)
    request = Outgoing("GET", url, headers, b"", time_limit, id=request_id)

    async def send_and_log(outgoing: Outgoing) -> Answer:
        began, started = means.clock(), time.perf_counter()
        answer: Answer | None = None
        error: OcpiError | None = None
        try:
            answer = await means.send(outgoing)
        except OcpiError as failure:
            error = failure
            raise
        finally:
            row = onward(
                outgoing,
                answer,
                error,
                Between(platform.id, module=module),
                ids=(correlation_id, outgoing.request_id, ""),
                at=began,
                milliseconds=(time.perf_counter() - started) * 1000,
            )
            means.keep(row)
        return answer

    answer, form = await in_either_form(send_and_log, request, platform)
    if form is not None:
        await in_thread(platforms.remember_form, platform.id, form)
    return answer
