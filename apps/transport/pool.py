"""Connections to one address of a partner: the idle ones are used again, new ones are made."""

import asyncio
import re
import ssl
from collections import deque
from functools import cache, lru_cache
from typing import NamedTuple
from urllib.parse import quote

from apps.transport.errors import Forbidden
from apps.transport.guard import Origin
from apps.transport.wire import Ended, Wire, broken
from hub.ocpi.message import Answer, Outgoing

CONNECT_SECONDS = 5.0
IDLE_SECONDS = 30.0
# As many as may be in flight at an address where several platforms are: to open one anew costs more
# than a request, and with TLS many times more.
IDLE_CONNECTIONS = 2_500
HAVE_BODIES = frozenset({"POST", "PUT", "PATCH"})
# Sent again where a connection ended before a byte of the answer: twice does what once does.
REPEATABLE = frozenset({"GET", "PUT", "DELETE"})
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_PORTS = {"http": 80, "https": 443}


class NotConnected(Exception):
    """Nothing was sent; the text says why."""


class Pool:
    """Connections to one address of an origin, whatever its name says later."""

    def __init__(self, origin: Origin, address: str) -> None:
        self._origin = origin
        self._address = address
        self._host = _host(origin)
        self._idle: deque[Wire] = deque()
        self._loop = asyncio.get_running_loop()
        self._reaper: asyncio.TimerHandle | None = None
        self._is_closed = False

    async def exchange(self, request: Outgoing, limit: int, deadline: float) -> Answer:
        """The answer of who listens there, with a body of at most `limit` bytes.

        Raises NotConnected, Forbidden, Unreachable, AnswerTooLarge; TimeoutError at `deadline`, a
        moment of the loop.
        """
        written = _head(request, self._host) + request.body
        wire = self._take()
        if wire is not None:
            try:
                return await self._on(wire, written, limit, deadline)
            except Ended:
                if request.method not in REPEATABLE:
                    raise broken() from None
        try:
            return await self._on(await self._connected(deadline), written, limit, deadline)
        except Ended:
            raise broken() from None

    def close(self) -> None:
        """Closes what is idle now, and each of the others after its answer."""
        self._is_closed = True
        while self._idle:
            self._idle.pop().close()
        if self._reaper is not None:
            self._reaper.cancel()

    async def _on(self, wire: Wire, written: bytes, limit: int, deadline: float) -> Answer:
        answer = await wire.exchange(written, limit, deadline)
        if self._is_closed or len(self._idle) >= IDLE_CONNECTIONS:
            wire.close()
        elif wire.is_open:
            wire.idle_since = self._loop.time()
            self._idle.append(wire)
            if self._reaper is None:
                self._reaper = self._loop.call_later(IDLE_SECONDS, self._reap)
        return answer

    def _reap(self) -> None:
        """Closes what has been idle for too long, and looks again while anything is idle."""
        oldest = self._loop.time() - IDLE_SECONDS
        while self._idle and (self._idle[0].idle_since <= oldest or not self._idle[0].is_open):
            self._idle.popleft().close()
        again = self._loop.call_later(IDLE_SECONDS, self._reap) if self._idle else None
        self._reaper = again

    def _take(self) -> Wire | None:
        """The connection that was used last."""
        oldest = self._loop.time() - IDLE_SECONDS
        while self._idle:
            wire = self._idle.pop()
            if wire.is_open and wire.idle_since > oldest:
                return wire
            wire.close()
        return None

    async def _connected(self, deadline: float) -> Wire:
        secure = self._origin.scheme == "https"
        latest = min(self._loop.time() + CONNECT_SECONDS, deadline)
        try:
            async with asyncio.timeout_at(latest):
                _, wire = await self._loop.create_connection(
                    Wire,
                    self._address,
                    self._origin.port,
                    ssl=_tls() if secure else None,
                    server_hostname=self._origin.host if secure else None,
                )
        except TimeoutError:
            raise NotConnected("it does not accept connections in time") from None
        except (OSError, ValueError):  # ValueError: a name that no certificate can have
            raise NotConnected("it does not accept connections, or its TLS failed") from None
        return wire


def _head(request: Outgoing, host: str) -> bytes:
    """The request line and the headers, as they go over the wire. Raises Forbidden where they would
    be no HTTP."""
    headers = request.headers
    fields = "\r\n".join(map(": ".join, headers))
    names = _names(tuple([name for name, _ in headers]))
    text = fields.replace("\r\n", "")
    ends = (len(fields) - len(text)) // 2
    if not (
        names.are_valid
        and ends == max(0, len(headers) - 1)
        and text.isascii()
        and (text.isprintable() or text.replace("\t", " ").isprintable())
    ):
        raise Forbidden("it, or a header of the request, is not valid HTTP")
    lines = [f"{request.method} {_target(request.url)} HTTP/1.1\r\nhost: {host}"]
    if fields:
        lines.append(fields)
    if not names.accept:
        lines.append("accept: */*")  # which says nothing, but some firewalls want it
    if request.body or request.method in HAVE_BODIES:
        lines.append(f"content-length: {len(request.body)}")
    return "\r\n".join((*lines, "\r\n")).encode("ascii")


def _target(url: str) -> str:
    """The path and query of a URL. Raises Forbidden for what no request can name."""
    after = url.partition("://")[2].partition("#")[0]
    target = after[len(after.partition("/")[0].partition("?")[0]) :]
    if not target.startswith("/"):
        target = f"/{target}"
    if target.isascii() and target.isprintable() and " " not in target:
        return target
    try:
        return quote(target, safe=_PRINTABLE)
    except UnicodeEncodeError:
        raise Forbidden("it is not valid HTTP") from None


class _Names(NamedTuple):
    are_valid: bool
    accept: bool


@lru_cache(maxsize=1024)
def _names(names: tuple[str, ...]) -> _Names:
    """What the names of the headers alone say: partners send the same ones again and again."""
    return _Names(
        all(_NAME.fullmatch(name) for name in names),
        any(name.lower() == "accept" for name in names),
    )


def _host(origin: Origin) -> str:
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    return host if origin.port == _PORTS[origin.scheme] else f"{host}:{origin.port}"


@cache
def _tls() -> ssl.SSLContext:
    """The certificates that the system trusts; SSL_CERT_FILE names others."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
