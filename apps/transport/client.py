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
from urllib.parse import urljoin

from msgspec import structs

from apps.transport.errors import Forbidden, TimedOut, TooManyInFlight, Unreachable
from apps.transport.guard import Network, Origin, addresses, origin_of
from apps.transport.pool import NotConnected, Pool
from hub.ocpi.message import Answer, Outgoing
from hub.ocpi.status import OcpiError

# What came of a request at a lane: an answer, or why there is none.
Report = Callable[[int, Answer | None, OcpiError | None], None]
RESOLVE_AGAIN_SECONDS = 60.0


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
        """Closes all connections; the client cannot be used afterwards."""
        for origin in list(self._pinned):
            self._forget(origin)

    async def _bounded(self, request: Outgoing) -> Answer:
        deadline = asyncio.get_running_loop().time() + request.time_limit
        try:
            answer = await self._connect_and_send(request, deadline)
            if answer.status in (307, 308) and self._redirects:
                answer = await self._followed(request, answer, deadline)
        except TimeoutError:
            raise TimedOut(request.time_limit) from None
        return answer

    async def _followed(self, request: Outgoing, answer: Answer, deadline: float) -> Answer:
        try:
            url = urljoin(request.url, answer.header("location"))
            same = origin_of(url) == origin_of(request.url)
        except (Forbidden, ValueError):  # ValueError: no URL at all
            return answer
        if not same:
            return answer
        return await self._connect_and_send(structs.replace(request, url=url), deadline)

    async def _connect_and_send(self, request: Outgoing, deadline: float) -> Answer:
        origin = origin_of(request.url)
        pinned = self._pinned.get(origin)
        if pinned is None or pinned.until < time.monotonic():
            async with asyncio.timeout_at(deadline):
                pinned = await self._pin(origin)
        reason = ""
        for pool in pinned.pools:
            try:
                return await pool.exchange(request, self._max_answer_bytes, deadline)
            except NotConnected as error:  # the next address of the same host may listen
                reason = str(error)
        self._forget(origin)
        raise Unreachable(reason)

    async def _pin(self, origin: Origin) -> _Pinned:
        found = await addresses(origin, self._allow)
        known = self._pinned.get(origin)
        until = time.monotonic() + RESOLVE_AGAIN_SECONDS
        if known is not None and known.addresses == found:
            pinned = replace(known, until=until)
        else:
            self._forget(origin)
            pinned = _Pinned(found, tuple(Pool(origin, address) for address in found), until)
        self._pinned[origin] = pinned
        return pinned

    def _forget(self, origin: Origin) -> None:
        pinned = self._pinned.pop(origin, None)
        for pool in pinned.pools if pinned is not None else ():
            pool.close()
