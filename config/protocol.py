"""HTTP as the web processes hear it: uvicorn's protocol, with limits on what a stranger may send.

uvicorn itself waits for ever for a request to become whole, and keeps all of its head in memory.
Bodies have limits on their size where they are read: config/bounded.py, and the gateway.
"""

from asyncio import BaseTransport, TimerHandle, Transport
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from config.gathered import Gathered

# Request line and headers together; proxies take 8 to 32 KiB.
HEAD_BYTES = 64 * 1024
# From the connection to the first byte; from the first byte of a request to the end of its head.
HEAD_SECONDS = 20.0
# From there to the end of the body: an import of 64 MiB may take that long.
BODY_SECONDS = 300.0
TOO_LONG = f"The request line and the headers are longer than {HEAD_BYTES} bytes."


class TooLong(Exception):
    """The head of the request is longer than HEAD_BYTES: it ends the parsing."""


class Protocol(HttpToolsProtocol):
    """One connection. A request that is too long or too slow ends it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline: TimerHandle | None = None
        self._step = 0
        self._seconds: float | None = HEAD_SECONDS  # for what is being received; None: nothing is
        self._in_head = True
        self._chunk = self._first_chunk = 0  # bytes that came last, and those with which it began
        self._head_bytes = 0  # of an unfinished head, after its first chunk
        self._refusal = ""

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(Gathered(cast(Transport, transport), self.loop))
        self._expect(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        step, self._chunk = self._step, len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._step != step:
            self._expect(self._seconds)
        elif self._in_head:
            # The parser keeps an unfinished header to itself: it holds what it was fed.
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self.send_400_response(TOO_LONG)

    def send_400_response(self, msg: str) -> None:
        self._expect(None)
        if self._is_answering():
            self.cycle.disconnected = True  # what it still says about a request before, is not sent
        super().send_400_response(self._refusal or msg)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._head_bytes, self._first_chunk = True, 0, self._chunk
        self._next(HEAD_SECONDS)

    def on_headers_complete(self) -> None:
        received = self._first_chunk + self._head_bytes + self._chunk
        if received > HEAD_BYTES and self._head_size() > HEAD_BYTES:
            self._refusal = TOO_LONG
            raise TooLong
        self._in_head = False
        self._next(BODY_SECONDS)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._next(None)
        super().on_message_complete()

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _next(self, seconds: float | None) -> None:
        """What comes next has so many seconds, from the end of the chunk that is being read."""
        self._step += 1
        self._seconds = seconds

    def _expect(self, seconds: float | None) -> None:
        """The rest of what is being received is to come within so many seconds."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if seconds is not None:
            self._deadline = self.loop.call_later(seconds, self._overdue, seconds)

    def _overdue(self, seconds: float) -> None:
        if self.pipeline or (self._in_head and self._is_answering()):
            self._expect(seconds)  # a request behind others, which the hub itself does not read yet
        else:
            self.transport.close()

    def _is_answering(self) -> bool:
        return bool(self.cycle) and not self.cycle.response_complete
