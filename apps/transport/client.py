"""The one HTTP client of the hub: pooled, guarded, bounded in time, size and requests in flight.

Everything sent to a partner goes through `Client.send`. Redirects are not followed, but for one
case real platforms need: a 307 or 308 to the same scheme, host and port, once. The environment's
proxies are ignored. One Client belongs to one event loop.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urljoin

from msgspec import structs
from pyreqwest.client import Client as Pool
from pyreqwest.client import ClientBuilder
from pyreqwest.exceptions import (
    ConnectError,
    ConnectTimeoutError,
    PyreqwestError,
    RequestTimeoutError,
)
from pyreqwest.response import Response

from apps.transport.errors import AnswerTooLarge, Forbidden, TimedOut, TooManyInFlight, Unreachable
from apps.transport.guard import Network, Origin, addresses, origin_of
from hub.ocpi.message import Answer, Headers, Outgoing
from hub.ocpi.status import OcpiError

# What came of a request at a lane: an answer, or why there is none.
Report = Callable[[int, Answer | None, OcpiError | None], None]
CONNECT_SECONDS = 5.0
RESOLVE_AGAIN_SECONDS = 60.0
IDLE_CONNECTIONS = 128


@dataclass(frozen=True, slots=True)
class _Pinned:
    """Connection pools for the checked addresses of one origin, good until `until`."""

    addresses: tuple[str, ...]
    pools: tuple[Pool, ...]
    until: float


class Client:
    """Sends requests to partners.

    Args:
        allow: networks that may be called besides public addresses.
        max_answer_bytes: larger answers are refused while they arrive.
        max_in_flight: requests that may wait at one `lane` (a platform) at a time.
        report: told what came of each request at a lane that was sent to its end.
        redirects: whether that one case is followed.
    """

    def __init__(
        self,
        allow: tuple[Network, ...] = (),
        max_answer_bytes: int = 32 * 2**20,
        max_in_flight: int = 500,
        report: Report | None = None,
        *,
        redirects: bool = True,
    ) -> None:
        self._allow = allow
        self._max_answer_bytes = max_answer_bytes
        self._max_in_flight = max_in_flight
        self._report = report
        self._redirects = redirects
        self._pinned: dict[Origin, _Pinned] = {}
        self._in_flight: Counter[int] = Counter()

    async def send(self, request: Outgoing, lane: int = 0, cap: int | None = None) -> Answer:
        """The answer of a platform, whatever it says.

        `lane` counts requests in flight together, 0 counts nothing; `cap` overrides the default.
        Raises the errors of apps.transport.errors.
        """
        if not lane:
            return await self._bounded(request)
        cap = cap or self._max_in_flight
        if self._in_flight[lane] >= cap:
            raise TooManyInFlight(cap)
        self._in_flight[lane] += 1
        try:
            answer = await self._bounded(request)
        except OcpiError as error:
            self._tell(lane, None, error)
            raise
        finally:
            self._in_flight[lane] -= 1
        self._tell(lane, answer, None)
        return answer

    def _tell(self, lane: int, answer: Answer | None, error: OcpiError | None) -> None:
        if self._report is not None:
            self._report(lane, answer, error)

    async def close(self) -> None:
        """Closes all pools; the client cannot be used afterwards."""
        pinned, self._pinned = self._pinned, {}
        for entry in pinned.values():
            for pool in entry.pools:
                await pool.close()

    async def _bounded(self, request: Outgoing) -> Answer:
        # Not the library's own time limit: it takes a late answer for a late connection.
        try:
            async with asyncio.timeout(request.time_limit):
                answer = await self._connect_and_send(request)
                if answer.status in (307, 308) and self._redirects:
                    return await self._follow_once(request, answer)
                return answer
        except TimeoutError:
            raise TimedOut(request.time_limit) from None

    async def _follow_once(self, request: Outgoing, answer: Answer) -> Answer:
        try:
            url = urljoin(request.url, answer.header("location"))
            same = origin_of(url) == origin_of(request.url)
        except (Forbidden, ValueError):  # ValueError: no URL at all
            return answer
        return await self._connect_and_send(structs.replace(request, url=url)) if same else answer

    async def _connect_and_send(self, request: Outgoing) -> Answer:
        origin = origin_of(request.url)
        pinned = self._pinned.get(origin)
        if pinned is None or pinned.until < time.monotonic():
            pinned = await self._pin(origin)
        for pool in pinned.pools[:-1]:
            try:
                return await self._exchange(pool, request)
            except ConnectError:
                continue  # nothing was sent; the next address of the same host may listen
        try:
            return await self._exchange(pinned.pools[-1], request)
        except ConnectTimeoutError:
            self._pinned.pop(origin, None)
            raise Unreachable(f"no connection within {CONNECT_SECONDS:g} s") from None
        except RequestTimeoutError:
            raise TimedOut(request.time_limit) from None
        except ConnectError:
            self._pinned.pop(origin, None)
            raise Unreachable("it does not accept connections, or its TLS failed") from None
        except PyreqwestError:
            raise Unreachable("the connection broke before an answer") from None

    async def _exchange(self, pool: Pool, request: Outgoing) -> Answer:
        try:
            builder = pool.request(request.method, request.url).headers(list(request.headers))
        except ValueError:
            raise Forbidden("it, or a header of the request, is not valid HTTP") from None
        if request.body:
            builder = builder.body_bytes(request.body)
        async with builder.build_streamed() as response:
            headers = _headers(response)
            return Answer(response.status, headers, await self._body(response))

    async def _body(self, response: Response) -> bytes:
        limit = self._max_answer_bytes
        announced = response.get_header("content-length")
        # A body in chunks is as long as its chunks, whatever else is announced.
        chunked = response.get_header("transfer-encoding") is not None
        if not chunked and announced is not None and announced.isdigit():
            if int(announced) > limit:
                raise AnswerTooLarge(limit)
            return bytes(await response.bytes())
        chunks = []
        size = 0
        while (chunk := await response.body_reader.read_chunk()) is not None:
            size += len(chunk)
            if size > limit:
                raise AnswerTooLarge(limit)
            chunks.append(bytes(chunk))
        return b"".join(chunks)

    async def _pin(self, origin: Origin) -> _Pinned:
        found = await addresses(origin, self._allow)
        known = self._pinned.get(origin)
        until = time.monotonic() + RESOLVE_AGAIN_SECONDS
        if known is not None and known.addresses == found:
            pinned = replace(known, until=until)
        else:
            pinned = _Pinned(found, tuple(_pool(origin, address) for address in found), until)
        self._pinned[origin] = pinned
        return pinned


def _headers(response: Response) -> Headers:
    """The headers of an answer, without those that are not ASCII: the library does not read them.
    Raises Unreachable for an answer that is none."""
    if not 200 <= response.status <= 599:
        raise Unreachable(f"it answered with status {response.status}, which is no answer")
    try:
        return tuple(response.headers.items())
    except ValueError:
        names = dict.fromkeys(response.headers)  # each as often as it has values
        return tuple([pair for name in names for pair in _readable(response, name)])


def _readable(response: Response, name: str) -> Headers:
    try:
        return tuple([(name, value) for value in response.headers.getall(name)])
    except ValueError:
        return ()


def _pool(origin: Origin, address: str) -> Pool:
    """Connections to one address only, whatever the name says later."""
    return (
        ClientBuilder()
        .resolve(origin.host, address, origin.port)
        .follow_redirects(False)
        .no_proxy()
        .http1_only()
        .gzip(False)
        .brotli(False)
        .zstd(False)
        .deflate(False)
        .referer(False)
        .connect_timeout(timedelta(seconds=CONNECT_SECONDS))
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
        .pool_idle_timeout(timedelta(seconds=30))
        .build()
    )
