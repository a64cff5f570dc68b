"""One message on its way through the gateway, and the log row of its first leg."""

import time
from datetime import datetime

from msgspec import Struct

from apps.gateway.process import Process
from hub.ocpi.bridge import Note
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Message
from hub.ocpi.module import Audience
from hub.routing.network import Network, Platform


class Heard(Struct, frozen=True):
    """A message that passed the guard: who says it, on which platform, when, and who else there
    is."""

    message: Message
    platform: Platform
    from_party: PartyId
    network: Network
    now: datetime


class Call(Heard, frozen=True, kw_only=True):
    """The same, with the process that answers it."""

    process: Process

    @property
    def private(self) -> bool:
        """Whether the module's objects are for the parties involved only."""
        return self.message.match.module.audience is Audience.ADDRESSEE


class Passage(Struct):
    """What the gateway finds out about a request while it answers it: for the log and metrics."""

    platform: Platform | None = None
    message: Message | None = None
    from_party: str = ""
    to_party: str = ""
    module: str = ""
    interface: str = ""
    action: str = "refused"
    code: int | None = None
    error: str = ""
    private: bool = True
    waited: float = 0.0  # seconds spent on other platforms; on several at once, once
    to_platform: int = 0  # the one that answered, or that was asked; 0: the hub
    asked: int = 0  # platforms that are being waited for
    asked_at: float = 0.0  # up to when that is in `waited`
    object: str = ""  # the kept object that it changed
    sent: int = 0  # bytes of the answer's body
    follows: str = ""  # correlation id of the message whose stand-in it was sent to
    answered: bytes = b""  # the last body that another platform answered with
    notes: tuple[Note, ...] = ()  # what was lost in the answer, between two versions

    def waiting(self) -> "Waiting":
        """Time in the block is the other platform's, not the hub's."""
        return Waiting(self)

    def ask(self, more: int) -> None:
        """So many more platforms are waited for, or fewer."""
        now = time.perf_counter()
        if self.asked:
            self.waited += now - self.asked_at
        self.asked_at = now
        self.asked += more


class Waiting(Struct, frozen=True):
    """The time of one request to another platform."""

    passage: Passage

    def __enter__(self) -> None:
        self.passage.ask(1)

    def __exit__(self, *_: object) -> None:
        self.passage.ask(-1)
