"""What is known of one onboarding: the messages since the invitation, the rows, the network.

Every look into the log goes through the index of its platform, and reads so many rows at most.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from apps.credentials.invitations import INVITED_AGAIN
from apps.modules import registry
from apps.parties import directory
from apps.parties.models import Platform, Token
from apps.sync.models import Source
from apps.traffic.models import Direction, Leg
from apps.traffic.outcome import Outcome
from hub.routing.network import Network, TokenKind

MOST_FIRST, MOST_LAST, MOST_STRANGERS = 500, 200, 50
SHORT = (
    "id", "at", "direction", "correlation_id", "request_id", "parent", "module", "interface",
    "method", "path", "http_status", "code", "error", "outcome", "platform_id",
)  # fmt: skip
_VERSION = re.compile(r"\d+(\.\d+)+")


@dataclass(frozen=True, slots=True)
class Onboarding:
    """One partner's way so far.

    Attributes:
        since: when it was invited, the last time.
        legs: its first messages since then and its latest, in their order.
        strangers: requests without a known token since then, the newest first; of anybody.
        invitation: the row of token A while it is not used; None afterwards.
        issued: the row of the hub's token for it; None before it has registered.
        lists: the lists that are pulled from it.
        registered: when; None before.
    """

    row: Platform
    now: datetime
    since: datetime
    network: Network
    legs: Sequence[Leg]
    strangers: Sequence[Leg]
    invitation: Token | None
    issued: Token | None
    lists: Sequence[Source]
    registered: datetime | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "registered", self._registered())

    def _registered(self) -> datetime | None:
        if not self.row.version:
            return None
        posted = [leg for leg in self.asked("credentials") if leg.outcome == Outcome.OK]
        if posted:
            return posted[0].at
        return self.issued.created_at if self.issued is not None else self.row.status_since

    def asked(self, module: str, method: str = "POST") -> list[Leg]:
        """What the platform asked of one of the hub's own modules."""
        return [
            leg
            for leg in self.legs
            if leg.direction == Direction.IN and leg.module == module and leg.method == method
        ]

    def asked_details(self) -> list[Leg]:
        """Its requests for version details, whatever version they name."""
        return [
            leg
            for leg in self.legs
            if leg.direction == Direction.IN and _VERSION.fullmatch(leg.module)
        ]

    def called(self) -> list[Leg]:
        """What the hub asked of it while it handled its POST of credentials, or began itself."""
        posts = {leg.request_id for leg in self.asked("credentials")}
        end = self.registered
        return [
            leg
            for leg in self.legs
            if leg.direction == Direction.OUT
            and (leg.parent in posts or (not posts and (end is None or leg.at <= end)))
        ]

    def afterwards(self) -> list[Leg]:
        """Messages after the registration."""
        posts = {leg.request_id for leg in self.asked("credentials")}
        return [
            leg
            for leg in self.legs
            if self.registered is not None
            and leg.at > self.registered
            and leg.parent not in posts
            and leg.request_id not in posts
        ]


def is_functional(leg: Leg) -> bool:
    """Whether a message is traffic between parties, not of the connection itself, and no pull."""
    is_one = leg.module in registry() and leg.outcome == Outcome.OK
    return is_one and (leg.direction == Direction.IN or bool(leg.parent))


def gather(row: Platform, now: datetime) -> Onboarding:
    """All of it, as it is now."""
    directory.refresh_if_changed()
    again = row.status_changes.filter(cause=INVITED_AGAIN).order_by("-pk").first()
    since = row.created_at if again is None else again.at
    tokens = list(row.tokens.order_by("-created_at"))
    return Onboarding(
        row=row,
        now=now,
        since=since,
        network=directory.snapshot(),
        legs=_legs(row.pk, since),
        strangers=_strangers(since),
        invitation=next((t for t in tokens if t.kind == TokenKind.INVITATION), None),
        issued=next((t for t in tokens if t.kind == TokenKind.ISSUED), None),
        lists=list(row.sources.filter(active=True).select_related("latest")),
    )


def _legs(platform_id: int, since: datetime) -> list[Leg]:
    rows = Leg.objects.filter(platform_id=platform_id, at__gte=since).only(*SHORT)
    found = {leg.pk: leg for leg in rows.order_by("at", "pk")[:MOST_FIRST]}
    found |= {leg.pk: leg for leg in rows.order_by("-at", "-pk")[:MOST_LAST]}
    return sorted(found.values(), key=lambda leg: (leg.at, leg.pk))


def _strangers(since: datetime) -> list[Leg]:
    rows = Leg.objects.filter(platform_id=None, at__gte=since).only(*SHORT)
    newest = rows.order_by("-at", "-pk")[:MOST_STRANGERS]
    return [leg for leg in newest if leg.direction == Direction.IN and leg.http_status == 401]
