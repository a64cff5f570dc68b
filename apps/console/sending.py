"""Sends a logged request of the hub once more, where that changes nothing: a GET that only reads.

It goes to the URL in the log with the token of today, under a new X-Request-ID and the same
X-Correlation-ID, so that the trace shows it beside the first one.
"""

import time
import uuid
from datetime import UTC, datetime
from urllib.parse import urlsplit

from asgiref.sync import async_to_sync
from django.conf import settings

from apps.console.trying import header_lines
from apps.credentials.legs import write_at_once
from apps.modules import registry
from apps.parties import directory
from apps.traffic.legs import Between, onward
from apps.traffic.models import Direction, Leg
from apps.transport.client import Client
from apps.transport.forms import in_either_form
from hub.ocpi.headers import CORRELATION_ID, REQUEST_ID
from hub.ocpi.message import Answer, Outgoing
from hub.ocpi.module import Effect
from hub.ocpi.status import OcpiError
from hub.routing.hop import identity
from hub.routing.network import Platform, Status

READING = frozenset({Effect.LIST, Effect.READ})
TIME_LIMIT = 30.0


def why_not(leg: Leg) -> str:
    """Why a leg cannot be sent again; empty when it can."""
    if leg.direction != Direction.OUT:
        return "is a request of a platform: only that platform can send it again"
    if not _only_reads(leg):
        return "may change something there: only a GET that reads is sent again"
    platform = _platform(leg)
    if platform is None or platform.status is not Status.CONNECTED or platform.token is None:
        return "went to a platform that is not connected"
    if urlsplit(leg.path).hostname not in platform.hosts:
        return "went to a host that the platform does not use any more"
    return ""


def _only_reads(leg: Leg) -> bool:
    module = registry().get(leg.module)
    if module is None or leg.method != "GET":
        return False
    effects = {
        route.operations["GET"].effect
        for route in module.routes
        if route.interface.value == leg.interface and "GET" in route.operations
    }
    return bool(effects) and effects <= READING


def _platform(leg: Leg) -> Platform | None:
    directory.refresh_if_changed()
    return directory.snapshot().platforms.get(leg.platform_id or 0)


def send_again(leg: Leg) -> str:
    """Sends it and says what came of it. Raises OcpiError."""
    platform = _platform(leg)
    assert platform is not None  # `why_not` was asked
    answer = async_to_sync(_send)(leg, platform)
    code = answer.envelope.status_code if answer.envelope is not None else "no OCPI code"
    return f"{leg} was sent again: HTTP {answer.status}, OCPI {code}."


async def _send(leg: Leg, platform: Platform) -> Answer:
    client = Client(settings.HUB.egress_allow, settings.HUB.max_answer_bytes)

    async def logged(request: Outgoing) -> Answer:
        began, started = datetime.now(UTC), time.perf_counter()
        answer: Answer | None = None
        error: OcpiError | None = None
        try:
            answer = await client.send(request)
        except OcpiError as failure:
            error = failure
            raise
        finally:
            row = onward(
                request,
                answer,
                error,
                Between(
                    platform.id, leg.from_party, leg.to_party, leg.module, leg.interface, leg.spoken
                ),
                ids=(leg.correlation_id, request.request_id, leg.parent),
                at=began,
                milliseconds=(time.perf_counter() - started) * 1000,
            )
            await write_at_once(row)
        return answer

    try:
        answer, _ = await in_either_form(logged, _request(leg, platform), platform)
    finally:
        await client.close()
    return answer


def _request(leg: Leg, platform: Platform) -> Outgoing:
    """The request of the log, with an identity of its own."""
    own = identity(platform, str(uuid.uuid4()), leg.correlation_id)
    replaced = {REQUEST_ID, CORRELATION_ID}
    rest = tuple(pair for pair in header_lines(leg.request_headers) if pair[0] not in replaced)
    return Outgoing("GET", leg.path, own + rest, b"", TIME_LIMIT)
