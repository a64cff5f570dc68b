"""What the acts of a session share: the hub, the platforms, what was learned on the way."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from apps.sandbox.calls import Reply
from apps.sandbox.cast import Cast
from apps.sandbox.charge import Charge, Did
from apps.sandbox.charging import Charging
from apps.sandbox.memory import Received
from apps.sandbox.platform import SandboxPlatform
from apps.sandbox.report import Report, Seen
from apps.sandbox.state import BASE
from hub.ocpi.headers import Heading
from hub.ocpi.ids import PartyId
from hub.ocpi.status import Code

SETTLE_SECONDS = 5.0
SETTLE_PAUSE = 0.05
RESULT_SECONDS = 10.0
PATIENCE_SECONDS = 40.0


class Unexpected(AssertionError):
    """Something in the session is not as it should be; the text says what."""


@dataclass(frozen=True, slots=True)
class HubSide:
    """The hub as the session needs to know it.

    Attributes:
        invite: makes an invitation for a platform: where its version and role begin, and token A.
        register: makes the hub register with a platform: versions URL, token A, name.
    """

    party: PartyId
    url: str
    invite: Callable[[SandboxPlatform], Awaitable[tuple[str, str]]]
    register: Callable[[str, str, str], Awaitable[None]]


@dataclass
class Scene:
    """One session on the stage. `opened` are sites that nobody has heard of yet."""

    hub: HubSide
    cpo: SandboxPlatform
    msp: SandboxPlatform
    charging: Charging
    report: Report
    opened: list[dict[str, Any]]
    cast: Cast
    card: dict[str, Any] = field(default_factory=dict)
    site: dict[str, Any] = field(default_factory=dict)
    reference: str = ""
    charge: Charge | None = None
    changed: tuple[str, str] = ("", "")
    changed_since: str = ""
    car_park: dict[str, Any] = field(default_factory=dict)
    booking: dict[str, Any] = field(default_factory=dict)

    @property
    def platforms(self) -> dict[str, SandboxPlatform]:
        """Everybody on the stage, by what they are called in the steps."""
        return {"cpo": self.cpo, "msp": self.msp, **self.cast.all}

    @property
    def everybody(self) -> tuple[str, str]:
        """Whom a push is TO that is for everybody."""
        return self.hub.party.country_code, self.hub.party.party_id

    @property
    def running(self) -> Charge:
        if self.charge is None:
            raise Unexpected("no charging session has begun")
        return self.charge

    async def told(
        self, what: str, charge: Charge | None = None, passing: tuple[str, ...] = ()
    ) -> Reply:
        """The hub's answer to the next thing the CPO tells about a session; what is `passing` may
        come before it. Every answer must be a success."""
        charge = charge or self.running
        while True:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    did: Did = await charge.told.get()
            except TimeoutError:
                raise Unexpected(f"the CPO did not come to {what}") from None
            if did.reply is None:
                raise Unexpected(f"{did.what}: the hub did not answer")
            answered(did.reply)
            if did.what not in passing:
                expect(did.what, what, "what the CPO did next")
                return did.reply


def expect(actual: object, expected: object, what: str) -> None:
    """Raises Unexpected when they differ."""
    if actual != expected:
        raise Unexpected(f"{what}: expected {expected}, got {actual}")


def answered(reply: Reply, status: tuple[int, ...] = (200, 201), code: int = Code.SUCCESS) -> None:
    """Raises Unexpected unless the hub answered so."""
    if reply.status not in status or reply.code != code:
        wanted = " or ".join(map(str, status))
        raise Unexpected(f"expected HTTP {wanted} and {int(code)}, got {reply}")


def routed(received: Received, from_: Heading, to: Heading) -> str:
    """Raises Unexpected unless a request came from and to these parties, None where it is to have
    no routing headers; a remark about it."""
    expect((received.from_, received.to), (from_, to), f"routing headers of {received}")
    path = received.path.removeprefix(BASE)
    where = "its response_url" if received.module == "results" else path
    ends = f"from {from_} to {to}" if to else "without routing headers"
    return f"heard: {received.method} {where}  {ends}"


def heard_by(hearer: SandboxPlatform, received: Received, from_: PartyId) -> str:
    """The same for a request to a platform as its version has it: in 2.1.1 nobody is named."""
    if not hearer.state.has_roles:
        return routed(received, None, None)
    return routed(received, from_, hearer.party)


def as_seen(reply: Reply, *remarks: str) -> Seen:
    return Seen(f"HTTP {reply.status}, OCPI {reply.code}", reply.milliseconds, remarks)


async def settled(
    ask: Callable[[], Awaitable[Reply]],
    status: int = 200,
    *,
    seconds: float = SETTLE_SECONDS,
    fits: Callable[[Reply], bool] = lambda _: True,
) -> Reply:
    """The answer once the hub's processes all know of a change, which may take them a second."""
    began = time.monotonic()
    while True:
        reply = await ask()
        if reply.status == status and reply.code == Code.SUCCESS and fits(reply):
            return reply
        if time.monotonic() - began > seconds:
            raise Unexpected(f"still {reply} after {seconds:g} s")
        await asyncio.sleep(SETTLE_PAUSE)
