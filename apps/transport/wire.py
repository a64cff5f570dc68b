"""One HTTP/1.1 connection to a partner, in the hub's own loop: a request out, its answer in.

llhttp reads what comes; this file bounds it. Why no library's client: docs/decisions.md.
spec: RFC 9112
"""

import asyncio
from typing import cast

from httptools import (
    HttpParserCallbackError,
    HttpParserError,
    HttpParserUpgrade,
    HttpResponseParser,
)

from apps.transport.errors import AnswerTooLarge, Unreachable
from hub.ocpi.message import Answer, Headers

# Of the headers of one answer, in bytes.
MOST_HEADERS = 64 * 2**10
# What chunks may cost beside what they carry.
FRAMING = 2**20
# Answers that only say that another follows (1xx).
MOST_INTERIM = 10
_FRAMING = frozenset({"content-length", "transfer-encoding"})


class Ended(Exception):
    """The connection ended before a byte of the answer."""


class Wire(asyncio.Protocol):
    """One connection; one request at a time."""

    def __init__(self) -> None:
        self.idle_since = 0.0
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[Answer] | None = None
        self._limit = 0
        self._parser = HttpResponseParser(self)
        # With two lengths the chunks count; such a connection is not used again.
        self._parser.set_dangerous_leniencies(lenient_chunked_length=True)
        self._begin()

    def _begin(self) -> None:
        self._raw_headers: list[tuple[bytes, bytes]] = []
        self._headers: Headers = ()
        self._chunks: list[bytes] = []
        self._read = self._size = self._header_size = self._interim = 0
        self._in_body = False
        self._until_closed = False  # the body has no length: its end is that of the connection
        self._goes_on = False  # the answer is whole, and another request may follow

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    async def exchange(self, request: bytes, limit: int, deadline: float) -> Answer:
        """The answer to a request, with a body of at most `limit` bytes.

        Raises Ended, Unreachable, AnswerTooLarge; TimeoutError at `deadline`, a moment of the loop.
        """
        assert self._transport is not None  # it is connected
        self._begin()
        self._limit = limit
        self._answer = self._loop.create_future()
        self._transport.write(request)
        alarm = self._loop.call_at(deadline, self._fail, TimeoutError())
        try:
            answer = await self._answer
        except BaseException:  # also who is cancelled while the answer has just come
            self._goes_on = False
            raise
        finally:
            alarm.cancel()
            self._answer = None
            if not self._goes_on:
                self.close()
        return answer

    # What the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._answer is None or self._answer.done():
            self.close()  # nobody asked
            return
        self._read += len(data)
        try:
            self._parser.feed_data(data)
        except HttpParserCallbackError as error:
            if not isinstance(error.__context__, AnswerTooLarge | Unreachable):
                raise
            self._fail(error.__context__)
        except (HttpParserError, HttpParserUpgrade):
            self._fail(broken())
        else:
            if not self._in_body and self._read > MOST_HEADERS:
                self._fail(_long_headers())
            elif self._read > self._limit + MOST_HEADERS + FRAMING:
                self._fail(AnswerTooLarge(self._limit))

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer is None or self._answer.done():
            return
        if self._until_closed and error is None:
            self._take_whole()
        else:
            self._fail(broken() if self._read else Ended())

    def _fail(self, error: Exception) -> None:
        self._goes_on = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
        self.close()

    # What the parser calls

    def on_message_begin(self) -> None:
        if self._answer is None or self._answer.done():  # another answer, to nothing
            self._goes_on = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_size += len(name) + len(value)
        if self._header_size > MOST_HEADERS:
            raise _long_headers()
        if not self._in_body:  # no trailers
            self._raw_headers.append((name, value))

    def on_headers_complete(self) -> None:
        self._in_body = True
        self._headers = tuple(
            [
                (name.decode().lower(), value.decode())
                for name, value in self._raw_headers
                if name.isascii() and value.isascii()
            ]
        )
        framing = {name: value for name, value in self._headers if name in _FRAMING}
        # A body in chunks is as long as its chunks, whatever else is announced.
        if (
            "transfer-encoding" not in framing
            and int(framing.get("content-length", 0)) > self._limit
        ):
            raise AnswerTooLarge(self._limit)
        self._until_closed = not framing
        self._goes_on = len(framing) < 2  # two lengths: nobody knows where the answer ends

    def on_body(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._limit:
            raise AnswerTooLarge(self._limit)
        self._chunks.append(data)

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() // 100 != 1:
            self._goes_on = self._goes_on and self._parser.should_keep_alive()
            self._take_whole()
            return
        self._interim += 1
        if self._interim > MOST_INTERIM:
            raise Unreachable("it keeps saying that its answer is still to come")
        self._raw_headers.clear()
        self._in_body = self._until_closed = False

    def _take_whole(self) -> None:
        status = self._parser.get_status_code()
        if self._answer is None or self._answer.done():
            self.close()
        elif not 200 <= status <= 599:
            self._fail(Unreachable(f"it answered with status {status}, which is no answer"))
        else:
            body = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
            self._answer.set_result(Answer(status, self._headers, body))


def broken() -> Unreachable:
    return Unreachable("the connection broke before an answer")


def _long_headers() -> Unreachable:
    return Unreachable(f"the headers of its answer are longer than {MOST_HEADERS} bytes")
