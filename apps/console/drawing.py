"""Where everything of a sequence diagram goes: positions in pixels, texts cut to the room there is.

Pure: a course in, a drawing out. The template writes it as SVG, hub.css colours it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.console.sequence import Course, Event, Lifeline

LEFT = 112  # the column of times
WIDE, NARROW = 280, 200  # between lifelines: with few of them, with many
FEW = 3
MARGIN = 88
BOX_WIDTH, BOX_HEIGHT = 168, 48
TOP = 16
ROW = 46
PAUSE = timedelta(seconds=1)
PAUSE_ROW = 22
LETTER = 7  # the width of a letter in a label
HEAD = 8
BAR = 10


@dataclass(frozen=True, slots=True)
class Box:
    """The head of a lifeline and the line below it."""

    x: int
    name: str
    full: str
    parties: str
    is_hub: bool
    top: int = TOP
    width: int = BOX_WIDTH
    height: int = BOX_HEIGHT

    @property
    def left(self) -> int:
        return self.x - self.width // 2

    @property
    def name_y(self) -> int:
        return self.top + (20 if self.parties else 29)

    @property
    def parties_y(self) -> int:
        return self.top + 37


@dataclass(frozen=True, slots=True)
class Arrow:
    """One event: a line from x to `end`, its head, and a text above it."""

    event: Event
    source: Lifeline
    target: Lifeline
    y: int
    x: int
    end: int
    head: str
    text: str
    text_x: int
    time: str
    pause: str
    says: str

    @property
    def left(self) -> int:
        return min(self.x, self.end)

    @property
    def width(self) -> int:
        return abs(self.end - self.x)

    @property
    def text_y(self) -> int:
        return self.y - 7

    @property
    def time_y(self) -> int:
        return self.y + 4

    @property
    def pause_y(self) -> int:
        return self.y - ROW // 2 - 2

    @property
    def hit_y(self) -> int:
        return self.y - 24

    @property
    def hit_height(self) -> int:
        return 34


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of a lifeline in which it is busy with a message."""

    x: int
    y: int
    height: int
    width: int = BAR


@dataclass(frozen=True, slots=True)
class Drawing:
    """All of it, with the size it needs."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    bars: tuple[Bar, ...]

    @property
    def line_top(self) -> int:
        return TOP + BOX_HEIGHT


def draw(course: Course) -> Drawing:
    """The drawing of a course; of one without events, only its lifelines."""
    apart = WIDE if len(course.lifelines) <= FEW else NARROW
    places = [LEFT + MARGIN + number * apart for number in range(len(course.lifelines))]
    y = TOP + BOX_HEIGHT
    arrows: list[Arrow] = []
    before: datetime | None = None
    for event in course.events:
        pause = event.at - before if before is not None else timedelta()
        y += ROW + (PAUSE_ROW if pause >= PAUSE else 0)
        time = clock(event.at, before)
        words = lasting(pause) if pause >= PAUSE else ""
        arrows.append(_arrow(event, course.lifelines, places, y, time, words))
        before = event.at
    width = (places[-1] if places else LEFT) + MARGIN
    return Drawing(
        width,
        y + ROW // 2,
        tuple(_box(line, x) for line, x in zip(course.lifelines, places, strict=True)),
        tuple(arrows),
        _bars(arrows),
    )


def _box(line: Lifeline, x: int) -> Box:
    room = BOX_WIDTH // LETTER - 1
    parties = ", ".join(party for party in line.parties if party != line.name)
    return Box(x, cut(line.name, room), line.name, cut(parties, room), line.is_hub)


def _arrow(
    event: Event,
    lifelines: tuple[Lifeline, ...],
    places: list[int],
    y: int,
    time: str,
    pause: str,
) -> Arrow:
    way = 1 if places[event.target] > places[event.source] else -1
    x, end = (places[event.source] + way * BAR // 2, places[event.target] - way * BAR // 2)
    head = f"{end},{y} {end - way * HEAD},{y - HEAD // 2} {end - way * HEAD},{y + HEAD // 2}"
    text = event.text
    if event.milliseconds is not None:
        text += f" · {event.milliseconds:.1f} ms"
    source, target = lifelines[event.source], lifelines[event.target]
    says = f"{time}: {source.name} to {target.name}: {text}"
    if event.detail:
        says += f": {event.detail}"
    room = (abs(end - x) - 2 * HEAD) // LETTER
    if len(text) > room:
        text = text.replace("HTTP ", "").replace("OCPI ", "")
    middle = (x + end) // 2
    return Arrow(event, source, target, y, x, end, head, cut(text, room), middle, time, pause, says)


def _bars(arrows: list[Arrow]) -> tuple[Bar, ...]:
    """From where a request arrives to where its answer leaves."""
    began: dict[int, Arrow] = {}
    bars = []
    for arrow in arrows:
        leg = arrow.event.leg
        if leg is None:
            continue
        if arrow.event.kind == "request":
            began[leg] = arrow
        elif leg in began:
            asked = began.pop(leg)
            way = 1 if asked.end > asked.x else -1
            middle = asked.end + way * BAR // 2
            bars.append(Bar(middle - BAR // 2, asked.y, arrow.y - asked.y))
    return tuple(bars)


def clock(moment: datetime, before: datetime | None) -> str:
    """The time in UTC to the millisecond; with the date when it is another day than before."""
    text = moment.strftime("%H:%M:%S.") + f"{moment.microsecond // 1000:03d}"
    if before is not None and moment.date() != before.date():
        text = f"{moment:%m-%d} {text}"
    return text


def lasting(pause: timedelta) -> str:
    """A pause in words: 1.2 s, 3 min 20 s, 2 h 5 min."""
    seconds = pause.total_seconds()
    if seconds < 60:
        return f"{seconds:.1f} s later"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s later"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min later"
    return f"{hours // 24} days later"


def cut(text: str, room: int) -> str:
    """Text of so many letters at most, with an ellipsis where it was cut."""
    return text if len(text) <= room else f"{text[: max(0, room - 1)]}…"
