"""What a simulated platform remembers: every request it got, and a way to wait for the next."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.ocpi import jsontext
from hub.ocpi.headers import Heading
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Interface


@dataclass(frozen=True, slots=True)
class Received:
    """One request.

    Attributes:
        path, query: raw, as they came.
        headers: names in lower case.
        module: `versions`, `credentials`, `results`, `kept`, or the module of the endpoint;
            empty for a URL that the platform does not have.
        to, from_: the routing pairs.
        tail: raw path below the endpoint, without slashes at its ends.
        at: time.monotonic() of its arrival.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    module: str
    interface: Interface | None
    tail: str
    to: Heading
    from_: Heading
    at: float

    @property
    def json(self) -> Any:
        """The body decoded, None when there is none."""
        return jsontext.decode(self.body) if self.body else None

    def __str__(self) -> str:
        return f"{self.method} {self.path}" + (f"?{self.query}" if self.query else "")


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which requests are meant; what is None does not matter."""

    predicate: Callable[[Received], bool] | None = None
    method: str | None = None
    module: str | None = None
    interface: Interface | None = None
    tail: str | None = None
    to: tuple[str, str] | None = None

    def fits(self, received: Received) -> bool:
        return (
            self.method in (None, received.method)
            and self.module in (None, received.module)
            and self.interface in (None, received.interface)
            and self.tail in (None, received.tail)
            and (self.to is None or received.to == PartyId.of(*self.to))
            and (self.predicate is None or self.predicate(received))
        )


class NotHeard(AssertionError):
    """The request that was waited for did not come in time."""


class Memory:
    """Everything received, oldest first; the oldest half goes when there is more than `most`."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.received: list[Received] = []
        self._changed = asyncio.Condition()

    async def add(self, received: Received) -> None:
        if len(self.received) >= self.most:
            del self.received[: self.most // 2 + 1]
        if self.most:
            self.received.append(received)
        async with self._changed:
            self._changed.notify_all()

    async def wait(self, pattern: Pattern, count: int, within: float) -> list[Received]:
        """The first `count` requests that fit, those already here included. Raises NotHeard."""
        fit: list[Received] = []
        seen = 0

        def enough() -> bool:
            nonlocal seen
            if seen > len(self.received):  # cleared, or the oldest half is gone
                fit.clear()
                seen = 0
            fit.extend(each for each in self.received[seen:] if pattern.fits(each))
            seen = len(self.received)
            return len(fit) >= count

        try:
            async with asyncio.timeout(within), self._changed:
                await self._changed.wait_for(enough)
        except TimeoutError:
            others = "\n  ".join(str(each) for each in self.received[-20:]) or "nothing"
            raise NotHeard(
                f"{len(fit)} of {count} fitting {pattern} within {within:g} s; received:\n  "
                f"{others}"
            ) from None
        return fit[:count]
