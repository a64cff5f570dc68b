"""A proxy made of the hub's server and the hub's client, and of nothing else: what a message costs
in Python before anybody looks at it. UPSTREAM names where it leads."""

import os
from ipaddress import ip_network
from typing import Any

from apps.transport.client import Client
from hub.ocpi.message import Outgoing

UPSTREAM = "BENCH_UPSTREAM"
SECONDS = 30.0


class Bare:
    """An ASGI application that passes messages on, and answers back."""

    def __init__(self) -> None:
        self._client: Client | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            self._client = Client((ip_network("127.0.0.0/8"),), max_in_flight=10_000)
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await self._client.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
        assert self._client is not None  # the server runs the lifespan first
        body, more = b"", True
        while more:
            event = await receive()
            body, more = body + event["body"], event["more_body"]
        answer = await self._client.send(
            Outgoing(
                scope["method"],
                os.environ[UPSTREAM] + scope["raw_path"].decode("ascii"),
                tuple([(name.decode(), value.decode()) for name, value in _passing(scope)]),
                body,
                SECONDS,
            )
        )
        headers = [(name.encode(), value.encode()) for name, value in answer.headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})


def _passing(scope: Any) -> list[tuple[bytes, bytes]]:
    return [pair for pair in scope["headers"] if pair[0] not in (b"host", b"content-length")]


application = Bare()
