"""One message on its way through the gateway, and the log row of its first leg."""

from datetime import datetime

from msgspec import Struct

from apps.gateway.process import Process
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Message
from hub.ocpi.module import Audience
from hub.routing.network import Network, Platform


class Call(Struct, frozen=True):
    """A message that passed the guard, with everything that answering it may need."""

    message: Message
    platform: Platform
    from_party: PartyId
    network: Network
    process: Process
    now: datetime

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
    waited: float = 0.0  # seconds spent on the other party
    object: str = ""  # the kept object that it changed
    sent: int = 0  # bytes of the answer's body
    answered: bytes = b""  # the last body that another platform answered with
