"""What a dry run tells: its steps, the legs that would be sent, the refusal. Plain data."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection

from apps.gateway.call import Heard
from apps.traffic.record import header_lines
from hub.ocpi.bridge import Note
from hub.ocpi.message import Outgoing
from hub.ocpi.status import OcpiError
from hub.routing.network import Platform

NEW_ID = "(a new one)"
NOT_SUPPORTED = "answer that it is not supported; nothing is sent"


class Step(Struct):
    """One check, and how it ended: what was found, or why it refuses."""

    name: str
    passed: bool = True
    says: str = ""


class Lost(Struct, frozen=True):
    """What would be lost or assumed by it, as the message log would have it."""

    path: str
    what: str
    why: str
    version: str


class Leg(Struct, frozen=True):
    """One onward leg that would be sent. The token in `headers` is masked; `body` is None where it
    is the same bytes."""

    party: str
    platform: str
    method: str
    url: str
    headers: list[str]
    body: str | None
    notes: list[Lost]


class Refusal(Struct, frozen=True):
    """The answer of the hub when it refuses; `reason` is what only its operator is told."""

    http: int
    code: int
    text: str
    reason: str


class Case(Heard, frozen=True, kw_only=True):
    """A message that passed the guard, and what is needed to say what becomes of it. The connection
    is read from only."""

    connection: AsyncConnection[Any]


class Run(Struct):
    """All of it. `row` is that of the routing table, `action` what the hub would do."""

    steps: list[Step] = []
    row: int | None = None
    action: str = ""
    legs: list[Leg] = []
    refusal: Refusal | None = None

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """One step; an OcpiError in the block is why it did not pass, and goes on."""
        step = Step(name)
        self.steps.append(step)
        try:
            yield step
        except OcpiError as error:
            step.passed, step.says = False, error.message
            raise

    def add(
        self,
        party: str,
        platform: Platform,
        request: Outgoing,
        body: bytes,
        notes: Sequence[Note] = (),
    ) -> None:
        """Notes a leg that would be sent in place of a message with that body, and its losses."""
        new = None if request.body == body else request.body.decode("utf-8", "replace")
        lines = header_lines(request.headers).split("\n")
        lost = [Lost(each.path, each.what.value, each.why, each.version) for each in notes]
        self.legs.append(Leg(party, platform.name, request.method, request.url, lines, new, lost))

    def refuse(self, error: OcpiError) -> None:
        """Ends with the answer that the platform would get."""
        reason = error.reason if error.reason != error.message else ""
        self.refusal = Refusal(error.http, int(error.code), error.message, reason)
        self.legs = []
