"""Answers that a test fixed in advance: the next request that fits gets exactly these bytes."""

from collections import deque
from dataclasses import dataclass
from typing import Any

from apps.sandbox.jsonbytes import encode
from apps.sandbox.memory import Pattern, Received
from hub.ocpi.message import Answer, Headers
from hub.ocpi.module import Interface


@dataclass(frozen=True, slots=True)
class Line:
    pattern: Pattern
    answer: Answer


class Script:
    """The fixed answers of one platform, first in first out."""

    def __init__(self) -> None:
        self._lines: deque[Line] = deque()

    def add(
        self,
        module: str | None = None,
        interface: Interface | None = None,
        method: str | None = None,
        *,
        status: int = 200,
        headers: Headers = (),
        body: bytes = b"",
        json: Any = None,
        times: int = 1,
    ) -> None:
        """Fixes the next answers to requests that fit. Message ids and routing headers are added
        as in any answer, unless `headers` say otherwise."""
        pattern = Pattern(module=module, interface=interface, method=method)
        if json is not None:
            body = encode(json)
        self._lines.extend([Line(pattern, Answer(status, headers, body))] * times)

    def take(self, received: Received) -> Answer | None:
        """The fixed answer to this request, if there is one; it is used up."""
        for line in self._lines:
            if line.pattern.fits(received):
                self._lines.remove(line)
                return line.answer
        return None

    def clear(self) -> None:
        self._lines.clear()
