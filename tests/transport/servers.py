"""Servers for tests of the client: they answer bytes they were given, and count connections."""

import asyncio
import ssl
from collections.abc import Callable, Coroutine, Sequence
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import uvloop

from apps.transport.client import Client
from hub.ocpi.message import Answer, Outgoing

LOOPBACK = (ip_network("127.0.0.0/8"),)
Scenario = Callable[[Client], Coroutine[Any, Any, None]]
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"


class Server:
    """Gives each request on a connection the next of its answers, the last one for ever.

    An answer that is empty closes the connection instead; `pause` are seconds between its bytes.
    `connections` counts them, `heard` holds what came, `ended` is set when a client closed one.
    """

    def __init__(
        self,
        *answers: bytes,
        closes: bool = False,
        tls: ssl.SSLContext | None = None,
        pause: float | None = None,
    ) -> None:
        self.connections = 0
        self.heard: list[bytes] = []
        self.ended = asyncio.Event()
        self._answers: Sequence[bytes] = answers
        self._closes = closes
        self._tls = tls
        self._pause = pause
        self._first = asyncio.Event()
        self._at_work: dict[asyncio.Task[None] | None, asyncio.StreamWriter] = {}

    async def asked(self) -> None:
        """Waits for the first request."""
        await self._first.wait()

    def say(self, text: bytes) -> None:
        """Writes what nobody asked for, on all connections."""
        for writer in self._at_work.values():
            writer.write(text)

    async def __aenter__(self) -> "Server":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in self._at_work.values():
            writer.transport.abort()
        await asyncio.gather(*filter(None, self._at_work))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._at_work[asyncio.current_task()] = writer
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
                body = await reader.readexactly(int(length or 0))
                answer = self._answers[min(len(self.heard), len(self._answers) - 1)]
                self.heard.append(head + body)
                self._first.set()
                for piece in [answer] if self._pause is None else [b"%c" % byte for byte in answer]:
                    if writer.is_closing():
                        return
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(self._pause or 0)
                if self._closes or not answer:
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            self.ended.set()
        finally:
            writer.close()


def secured(file: Path) -> ssl.SSLContext:
    """A server's side of TLS with the certificate in a file."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


def run(scenario: Scenario) -> None:
    """Plays it with a client that takes 4 kB at the most, in a loop as the hub's."""

    async def whole() -> None:
        client = Client(LOOPBACK, max_answer_bytes=4096)
        try:
            await scenario(client)
        finally:
            await client.close()

    uvloop.run(whole())


async def send(
    client: Client, server: Server, method: str = "GET", seconds: float = 5.0, body: bytes = b""
) -> Answer:
    """One request to a server, for `/a?b=c`."""
    url = f"http://127.0.0.1:{server.port}/a?b=c"
    return await client.send(Outgoing(method, url, (("X-A", "1"),), body, seconds))
