"""The hub's own requests in a handshake, in the message log like every other leg."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from django.db import transaction

from apps.counts.collect import Counts
from apps.database import in_thread
from apps.traffic.legs import Between, onward
from apps.traffic.models import Leg
from apps.traffic.record import COLUMNS, Row, columns
from apps.traffic.recorder import count_own
from apps.transport.forms import Send
from hub.ocpi.message import Answer, Outgoing
from hub.ocpi.status import OcpiError

Keep = Callable[[Row], Awaitable[None]]


def logged(send: Send, keep: Keep, platform_id: int | None, parent: str = "") -> Send:
    """A sender that hands a row of every leg to `keep`. Bodies are not kept: they hold tokens.
    `parent` is the request that the handshake answers, where a platform began it."""

    async def send_and_log(request: Outgoing) -> Answer:
        began, started = datetime.now(UTC), time.perf_counter()
        answer: Answer | None = None
        error: OcpiError | None = None
        try:
            answer = await send(request)
        except OcpiError as failure:
            error = failure
            raise
        finally:
            module = "versions" if request.method == "GET" else "credentials"
            row = onward(
                request,
                answer,
                error,
                Between(platform_id, module=module),
                ids=(request.correlation_id, request.request_id, parent),
                at=began,
                milliseconds=(time.perf_counter() - started) * 1000,
            )
            await keep(row)
        return answer

    return send_and_log


async def write_at_once(row: Row) -> None:
    """Keeps a row from where no recorder runs: commands and admin pages."""
    await in_thread(_write, row)


def _write(row: Row) -> None:
    counts = Counts()
    count_own(counts, row)
    with transaction.atomic():
        Leg.objects.create(**dict(zip(COLUMNS, columns(row), strict=True)))
        counts.write_here()
