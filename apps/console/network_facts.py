"""Who is connected, on which side, and what passed in the last hour: the network page as plain
data, with what it may be narrowed and sorted by.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apps.console.dashboard_facts import numbers
from apps.counts import read
from apps.counts.read import Outcomes
from apps.parties.models import CredentialsRole, Platform
from hub.ocpi.module import Role

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Member:
    """A platform in the network.

    Attributes:
        side: the role that most of its parties have; empty when it has none yet.
        waiting: deliveries that wait for it; None when no worker has looked lately.
        version: of OCPI; empty before it has registered.
    """

    id: int
    name: str
    status: str
    side: str
    roles: tuple[str, ...]
    parties: tuple[str, ...]
    passed: Outcomes
    waiting: int | None
    last_seen: datetime | None
    version: str = ""

    def fact(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "id": self.id,
            "platform": self.name,
            "status": self.status,
            "version": self.version,
            "side": self.side,
            "roles": self.roles,
            "parties": self.parties,
            **numbers(self.passed),
            "waiting": self.waiting,
            "last_seen": self.last_seen,
        }


def members(now: datetime) -> Sequence[Member]:
    """All platforms, by name."""
    depth = read.depth(now)
    lanes = {lane.platform: lane.waiting for lane in depth.platforms} if depth else {}
    passed = read.of_platforms((now - HOUR).replace(second=0, microsecond=0))
    roles: dict[int, list[tuple[str, str]]] = {}
    for number, *codes, role in CredentialsRole.objects.values_list(
        "platform_id", "country_code", "party_id", "role"
    ):
        roles.setdefault(number, []).append((role, "/".join(codes)))
    rows = Platform.objects.order_by("name").only("name", "status", "last_seen", "version")
    return [
        _member(
            row,
            roles.get(row.pk, []),
            passed.get(row.pk, Outcomes()),
            lanes.get(row.pk, 0) if depth is not None else None,
        )
        for row in rows
    ]


def _member(
    row: Platform, held: Sequence[tuple[str, str]], passed: Outcomes, waiting: int | None
) -> Member:
    roles, parties = [role for role, _ in held], dict.fromkeys(party for _, party in held)
    return Member(
        row.pk,
        row.name,
        row.status,
        side_of(roles),
        tuple(sorted(set(roles))),
        tuple(parties),
        passed,
        waiting,
        row.last_seen,
        row.version,
    )


def side_of(roles: Iterable[str]) -> str:
    """The role by which a platform is placed: CPO or EMSP if it has any, whichever more of its
    parties have, CPO where it is as many; else the most frequent; empty of no roles."""
    number = Counter(roles)
    if number[Role.CPO] or number[Role.EMSP]:
        return Role.CPO.value if number[Role.CPO] >= number[Role.EMSP] else Role.EMSP.value
    return max(sorted(number), key=lambda role: number[role], default="")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What is looked for; empty is everything."""

    text: str = ""
    status: str = ""
    role: str = ""

    def fits(self, member: Member) -> bool:
        """The text is part of the name or of a party, whatever its case."""
        texts = (member.name, *member.parties)
        return (
            (not self.text or any(self.text.casefold() in each.casefold() for each in texts))
            and self.status in ("", member.status)
            and (not self.role or self.role in member.roles)
        )


# What the table may be sorted by. What is not known comes first, as if it were less than nothing.
SORTS: dict[str, Callable[[Member], Any]] = {
    "name": lambda member: member.name.casefold(),
    "status": lambda member: member.status,
    "side": lambda member: member.side,
    "version": lambda member: member.version,
    "messages": lambda member: member.passed.all,
    "share": lambda member: -1 if member.passed.share_ok is None else member.passed.share_ok,
    "waiting": lambda member: -1 if member.waiting is None else member.waiting,
    "seen": lambda member: member.last_seen.timestamp() if member.last_seen else 0.0,
}


def chosen(rows: Sequence[Member], narrowing: Narrowing, sort: str) -> Sequence[Member]:
    """Those that fit, in an order of SORTS, with a minus from the other end; by name if there is no
    such order."""
    key = SORTS.get(sort.removeprefix("-"), SORTS["name"])
    found = [member for member in rows if narrowing.fits(member)]
    return sorted(found, key=key, reverse=sort.startswith("-") and sort[1:] in SORTS)
