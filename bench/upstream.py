"""The platforms behind the hub: python -m bench.upstream SLOW_SECONDS prints its port, then serves.

One process answers for all of them: versions and version details for the handshake, and fixed
envelopes of known length to everything else. Cheap, so that it never is what is measured: it
neither checks tokens nor repeats message ids. Locations of the slow platform are answered late, and
so is what some of the crowd is sent; others of it never answer.
"""

import asyncio
import sys
from functools import partial
from typing import cast

import uvloop

from bench.messages import (
    CPO,
    CROWD,
    LATE,
    LATE_SECONDS,
    MSP,
    OFFERS,
    PARTIES,
    SILENT,
    SIZES,
    SLOW,
    VERSION,
    Party,
    endpoint,
    envelope,
    location,
    location_id,
)

HEAD_END = b"\r\n\r\n"
SLOWLY = endpoint(SLOW, "locations", "SENDER").encode()
FAST = tuple(f"/{party.name}/".encode() for party in (CPO, MSP))
LATE_NAMES = frozenset(party.name.encode() for party in LATE)
SILENT_NAMES = frozenset(party.name.encode() for party in SILENT)


def answer(body: bytes, status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + HEAD_END + body


ACCEPTED = answer(envelope())
UNKNOWN = answer(b'{"status_code":2003,"timestamp":"2026-01-01T12:00:00Z"}', "404 Not Found")


def details(party: Party, origin: str) -> object:
    """The version details of one platform."""
    credentials = {"identifier": "credentials", "role": "SENDER", "url": f"{origin}/{party.name}"}
    return {
        "version": VERSION,
        "endpoints": [
            credentials,
            *(
                {"identifier": module, "role": role, "url": origin + endpoint(party, module, role)}
                for module, role in OFFERS[party.role]
            ),
        ],
    }


def pages(origin: str) -> dict[bytes, bytes]:
    """Every answer to a GET, by path."""
    found = {}
    for party in (*PARTIES, *CROWD):
        url = f"{origin}/{party.name}/{VERSION}"
        listed = envelope([{"version": VERSION, "url": url}])
        found[f"/{party.name}/versions".encode()] = answer(listed)
        found[f"/{party.name}/{VERSION}".encode()] = answer(envelope(details(party, origin)))
    for party in (CPO, SLOW):
        for size in SIZES:
            path = f"{endpoint(party, 'locations', 'SENDER')}/{location_id(size)}"
            found[path.encode()] = answer(envelope(location(size)))
    return found


class Connection(asyncio.Protocol):
    """One connection from the hub, the reference or the load generator."""

    def __init__(self, answers: dict[bytes, bytes], slow_seconds: float) -> None:
        self.answers = answers
        self.slow_seconds = slow_seconds
        self.loop = asyncio.get_running_loop()
        self.transport: asyncio.Transport | None = None
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        data = self.buffer + data if self.buffer else data
        while (end := data.find(HEAD_END)) >= 0:
            whole = end + 4 + body_length(data[:end])
            if len(data) < whole:
                break
            self.serve(data)
            data = data[whole:]
        self.buffer = data

    def serve(self, request: bytes) -> None:
        assert self.transport is not None
        method, path, _ = request.split(b" ", 2)
        found = self.answers.get(path, UNKNOWN) if method == b"GET" else ACCEPTED
        if path.startswith(SLOWLY):
            self.loop.call_later(self.slow_seconds, self.late, found)
        elif method == b"GET" or path.startswith(FAST):
            self.transport.write(found)
        elif name_of(path) in LATE_NAMES:
            self.loop.call_later(LATE_SECONDS, self.late, found)
        elif name_of(path) not in SILENT_NAMES:
            self.transport.write(found)

    def late(self, found: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(found)


def name_of(path: bytes) -> bytes:
    """The platform that a path belongs to."""
    return path.split(b"/", 2)[1]


def body_length(head: bytes) -> int:
    """Of a request: none without a Content-Length, chunked bodies are never sent here."""
    if head.startswith(b"GET"):
        return 0
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0


async def serve(slow_seconds: float) -> None:
    answers: dict[bytes, bytes] = {}
    loop = asyncio.get_running_loop()
    make = partial(Connection, answers, slow_seconds)
    server = await loop.create_server(make, "127.0.0.1", 0, backlog=4096)
    port = server.sockets[0].getsockname()[1]
    answers.update(pages(f"http://127.0.0.1:{port}"))
    print(port, flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(float(sys.argv[1])))
