"""What passes through: a message in, what goes out for it, the answer that comes back.

These are made for every message, so they are msgspec structs: as frozen as dataclasses, and made
several times faster.
"""

from collections.abc import AsyncIterator, Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct

from hub.ocpi.envelope import Envelope, parse
from hub.ocpi.headers import Heading
from hub.ocpi.registry import Match

Headers = tuple[tuple[str, str], ...]


class Message(Struct, frozen=True):
    """One request of a platform on a functional module.

    Attributes:
        match: module, interface, operation and URL parameters.
        tail: raw path below the module's endpoint, as received, without a leading slash.
        query: raw query string.
        headers: names in lower case.
        body: the very bytes.
        content: the body decoded, None when there is none; for decisions only.
        to, from_: the routing pairs.
        request_id, correlation_id: as received, or made by the hub when absent.
    """

    version: str
    method: str
    match: Match
    tail: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    content: Any
    to: Heading
    from_: Heading
    request_id: str
    correlation_id: str


class Outgoing(Struct, frozen=True):
    """One request of the hub, ready to be sent. `headers` hold a token: never log them whole. `id`
    is its X-Request-ID, also where its headers have none, as in 2.1.1; empty where they tell."""

    method: str
    url: str
    headers: Headers
    body: bytes
    time_limit: float
    id: str = ""

    @property
    def request_id(self) -> str:
        """Its own X-Request-ID."""
        return self.id or next(
            (value for name, value in self.headers if name == "X-Request-ID"), ""
        )

    @property
    def correlation_id(self) -> str:
        """The X-Correlation-ID of the chain it belongs to."""
        return next((value for name, value in self.headers if name == "X-Correlation-ID"), "")

    def __repr__(self) -> str:
        return f"Outgoing({self.method} {self.url}, {len(self.body)} bytes)"


class Answer(Struct, frozen=True, dict=True):
    """An HTTP answer, of a platform or of the hub; header names of platforms are in lower case.
    `rest` goes on with a body that is too long to be held whole."""

    status: int
    headers: Headers
    body: bytes
    rest: AsyncIterator[bytes] | None = None

    @cached_property
    def envelope(self) -> Envelope | None:
        """The OCPI response in the body, read once; None when it is none."""
        return parse(self.body)

    @property
    def accepted(self) -> bool:
        """Whether it says yes, on both levels."""
        found = self.envelope
        return 200 <= self.status < 300 and found is not None and 1000 <= found.status_code < 2000

    def header(self, name: str) -> str:
        """The first header of that name (lower case), or the empty string."""
        return next((value for key, value in self.headers if key.lower() == name), "")
