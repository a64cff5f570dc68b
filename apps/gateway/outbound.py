"""Writes an answer to ASGI, and makes an answer of a refusal."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from apps.gateway.call import Passage
from apps.gateway.inbound import Request
from hub.ocpi import envelope
from hub.ocpi.headers import routing
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Answer, Headers
from hub.ocpi.status import OcpiError
from hub.routing.network import Network

Send = Callable[[Any], Awaitable[None]]


def refused(
    error: OcpiError, request: Request, passage: Passage, network: Network, now: datetime
) -> Answer:
    """The envelope of a refusal, with the requester's own ids, and the routing headers where it is
    known whom to address."""
    own: Headers = (
        ("X-Request-ID", request.request_id),
        ("X-Correlation-ID", request.correlation_id),
    )
    if passage.from_party and passage.message is not None:
        asking = network.spelled(PartyId.parse(passage.from_party))
        own += routing(asking, network.hub)
    return Answer(
        error.http, own + error.headers, envelope.render(error.code, now, message=error.message)
    )


async def write(answer: Answer, send: Send) -> int:
    """Sends an answer; returns the bytes of its body. The body is JSON unless the
    other platform said otherwise."""
    lines = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    if "content-type" not in dict(answer.headers):
        lines.append((b"content-type", b"application/json"))
    if answer.rest is None:
        lines.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": lines})
    more = answer.rest is not None
    await send({"type": "http.response.body", "body": answer.body, "more_body": more})
    size = len(answer.body)
    if answer.rest is not None:
        async for piece in answer.rest:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            size += len(piece)
        await send({"type": "http.response.body", "body": b""})
    return size
