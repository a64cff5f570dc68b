"""Where everything of the picture of the network goes: CPOs left, the hub, eMSPs right, others
below. Positions in units of the drawing. Pure: members in, a drawing out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

from apps.console.amounts import share, short, thousands, tone
from apps.console.drawing import cut
from apps.console.network_facts import Member
from hub.ocpi.module import Role

# A picture of more is a tangle; the table has all of them.
MOST = 40

WIDTH = 960
BOX_WIDTH, BOX_HEIGHT = 250, 44
ROW = 58
TOP = 28  # the headings of the sides
HUB_LEFT, HUB_WIDTH = 410, 140
HUB_LEAST = 88
BELOW = 64  # from the hub to those below it
BELOW_ROW = 3
NAME_ROOM, PARTIES_ROOM = 30, 38
THINNEST, THICKER = 1.5, 1.3


@dataclass(frozen=True, slots=True)
class Place:
    """A platform: its box, and its line to the hub."""

    member: Member
    x: int
    y: int
    line: tuple[int, int, int, int]
    line_width: float
    label_x: int
    label_y: int
    width: int = BOX_WIDTH
    height: int = BOX_HEIGHT

    @property
    def name(self) -> str:
        return cut(self.member.name, NAME_ROOM)

    @property
    def parties(self) -> str:
        return cut(", ".join(self.member.parties) or "no party yet", PARTIES_ROOM)

    @property
    def text_x(self) -> int:
        return self.x + 14

    @property
    def name_y(self) -> int:
        return self.y + 19

    @property
    def parties_y(self) -> int:
        return self.y + 35

    @property
    def label(self) -> str:
        """What passed, on the line."""
        passed = self.member.passed
        return f"{short(passed.all)} · {share(passed.share_ok)}" if passed.all else ""

    @property
    def tone(self) -> str:
        """How well it goes: ok, refused or failed, as other pages colour it; none of nothing."""
        return tone(self.member.passed.share_ok)

    @property
    def says(self) -> str:
        member = self.member
        passed = f"{thousands(member.passed.all)} messages in the last hour"
        if member.passed.all:
            passed += f", {share(member.passed.share_ok)} ok"
        parties = ", ".join(member.parties) or "no party yet"
        return f"{member.name} ({parties}): {member.status}, {passed}"


@dataclass(frozen=True, slots=True)
class Picture:
    """All of it, with the size it needs."""

    places: tuple[Place, ...]
    hub_top: int
    hub_height: int
    height: int
    below: bool
    width: int = WIDTH
    hub_left: int = HUB_LEFT
    hub_width: int = HUB_WIDTH

    @property
    def middle(self) -> int:
        return self.hub_left + self.hub_width // 2

    @property
    def hub_middle(self) -> int:
        return self.hub_top + self.hub_height // 2

    @property
    def right(self) -> int:
        return self.width - BOX_WIDTH // 2

    @property
    def left(self) -> int:
        return BOX_WIDTH // 2


def draw(members: Sequence[Member]) -> Picture:
    """The picture of these members."""
    left = [member for member in members if member.side == Role.CPO]
    right = [member for member in members if member.side == Role.EMSP]
    below = [member for member in members if member.side not in (Role.CPO, Role.EMSP)]
    height = max(HUB_LEAST, max(len(left), len(right)) * ROW)
    places = [_beside(member, TOP + y, 0) for member, y in _spread(left, height)]
    places += [_beside(member, TOP + y, WIDTH - BOX_WIDTH) for member, y in _spread(right, height)]
    places += [_below(member, number, TOP + height) for number, member in enumerate(below)]
    rows = -(-len(below) // BELOW_ROW)
    end = TOP + height + (BELOW + rows * ROW if rows else 0)
    return Picture(tuple(places), TOP, height, end + 4, bool(below))


def _spread(members: Sequence[Member], height: int) -> list[tuple[Member, int]]:
    """Members with the tops of their boxes, evenly over a height."""
    apart = height / max(1, len(members))
    return [
        (member, round(apart * number + (apart - BOX_HEIGHT) / 2))
        for number, member in enumerate(members)
    ]


def _beside(member: Member, y: int, x: int) -> Place:
    middle = y + BOX_HEIGHT // 2
    begin, end = (BOX_WIDTH, HUB_LEFT) if x == 0 else (x, HUB_LEFT + HUB_WIDTH)
    line = (begin, middle, end, middle)
    return Place(member, x, y, line, thickness(member.passed.all), (begin + end) // 2, middle - 9)


def _below(member: Member, number: int, bottom: int) -> Place:
    row, column = divmod(number, BELOW_ROW)
    x = column * ((WIDTH - BOX_WIDTH) // (BELOW_ROW - 1))
    y = bottom + BELOW + row * ROW
    middle = HUB_LEFT + HUB_WIDTH // 2
    begin = x + BOX_WIDTH // 2
    line = (begin, y, middle, bottom)
    return Place(member, x, y, line, thickness(member.passed.all), begin, y - 8)


def thickness(messages: int) -> float:
    """The width of a line: a tenfold of messages is a step."""
    return round(THINNEST + THICKER * log10(1 + messages), 1)
