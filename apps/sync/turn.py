"""A pull's turn: the page it is at, whose list it is, and what a worker pulls with."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from apps.database import Pool
from apps.sync.progress import Walk
from apps.traffic.recorder import Recorder
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Answer, Outgoing
from hub.ocpi.module import Audience, Interface, Module
from hub.policy.pulling import Kind, Limits, Rhythm
from hub.routing.hop import target_url
from hub.routing.network import Network, Platform
from hub.routing.pulled import list_path

Send = Callable[[Outgoing, int, int | None], Awaitable[Answer]]
Clock = Callable[[], datetime]
Picture = Callable[[], Awaitable[Network]]
Jitter = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Means:
    """What a worker pulls with."""

    pool: Pool
    picture: Picture
    send: Send
    clock: Clock
    jitter: Jitter
    recorder: Recorder
    rhythm: Rhythm
    limits: Limits


@dataclass(frozen=True, slots=True)
class Turn:
    """One page of one pull. `holder` is who has the platform's lease."""

    means: Means
    holder: str
    network: Network
    platform: Platform
    module: Module
    walk: Walk

    @property
    def party(self) -> PartyId:
        """Whose list it is."""
        return PartyId.parse(self.walk.party)

    @property
    def endpoint(self) -> str:
        """Where its objects are listed."""
        endpoint = self.platform.endpoints[self.module.identifier, Interface.SENDER]
        return target_url(endpoint, list_path(self.module), "")

    @property
    def sees_all(self) -> bool:
        """Whether what is not in this list is missing."""
        is_public = self.module.audience is Audience.EVERYONE
        return is_public and self.walk.kind == Kind.FULL and self.walk.date_from is None
