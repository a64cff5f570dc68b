"""What is too large for the pages and the API is not even read."""

import asyncio
import socket
from typing import Any
from urllib.parse import urlsplit

from config.bounded import MOST, bounded
from tests.console.test_policy import SERVED
from tests.hub import Hub

pytestmark = SERVED


def answered(hub: Hub, head: str, body: bytes = b"") -> bytes:
    """What the hub that is served answers to a request as it is written here."""
    where = urlsplit(hub.url)
    with socket.create_connection((where.hostname, where.port)) as connection:
        connection.sendall(head.format(host=where.netloc).encode() + b"\r\n\r\n" + body)
        return connection.recv(65536)


def test_what_announces_too_much_is_refused_before_it_is_sent(hub: Hub) -> None:
    head = "POST /api/objects/lines HTTP/1.1\r\nHost: {host}\r\nContent-Length: %d"
    assert answered(hub, head % (MOST + 1)).startswith(b"HTTP/1.1 413 ")
    assert answered(hub, head % 2, b"{}").startswith(b"HTTP/1.1 401 ")


def test_what_does_not_say_how_much_it_is_ends_there() -> None:
    part = {"type": "http.request", "body": b"x" * (MOST // 2), "more_body": True}

    async def receive() -> Any:
        return part

    async def read() -> list[str]:
        limited = bounded(receive)
        return [(await limited())["type"] for _ in range(3)]

    assert asyncio.run(read()) == ["http.request", "http.request", "http.disconnect"]
