"""What happened in a trace, in the order of time: who takes part, and every request, answer and
delivery between them. Pure: the plain data of a trace in, plain data out.

Times are those the hub noted. What it did itself for a message is the time until it answered, less
the time in which it waited for others.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from apps.console.spoken_in import remark

MOST_PLATFORMS = 12
MOST_EVENTS = 400
MOST_PARTIES = 3

Fact = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lifeline:
    """One who takes part: the hub, a platform, or all platforms that have no place of their own."""

    name: str
    parties: tuple[str, ...] = ()
    is_hub: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One arrow, between lifelines by their numbers.

    Attributes:
        kind: request, answer, or delivery for one that is not a request yet, or never was.
        tone: ok, refused, failed, or empty for what is neither good nor bad.
        leg, delivery: the row that it is from; the other one is None.
        milliseconds: how long an answer took.
    """

    kind: str
    at: datetime
    source: int
    target: int
    text: str
    tone: str = ""
    detail: str = ""
    leg: int | None = None
    delivery: int | None = None
    milliseconds: float | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """Where the time of one message went, in milliseconds."""

    leg: int
    text: str
    total: float
    hub: float
    partners: float


@dataclass(frozen=True, slots=True)
class Course:
    """All of it; `left_out` events are beyond MOST_EVENTS."""

    lifelines: tuple[Lifeline, ...]
    events: tuple[Event, ...]
    shares: tuple[Share, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class _Span:
    """A leg with its end; an onward leg lies inside the one that waited for it."""

    leg: Fact
    begin: datetime
    end: datetime


def sequence(trace: Fact) -> Course:
    """The sequence of a trace as `tracing.trace` gives it."""
    spans = _spans(trace["legs"])
    waiting = [each for each in trace["deliveries"] if each["state"] != "done"]
    places, lifelines = _lifelines(trace["legs"], waiting)
    attempts: Counter[tuple[object, ...]] = Counter()
    found: list[tuple[datetime, int, Event]] = []
    for span in spans:
        found += _events(span, places, attempts)
    found += [(moment, 4, event) for moment, event in _booked(waiting, places)]
    found.sort(key=lambda entry: entry[:2])
    events = tuple(event for _, _, event in found)
    return Course(
        lifelines, events[:MOST_EVENTS], _shares(spans), max(0, len(events) - MOST_EVENTS)
    )


def _spans(legs: Iterable[Fact]) -> list[_Span]:
    asked: dict[str, _Span] = {}
    spans = []
    for leg in sorted(legs, key=lambda leg: leg["direction"] != "in"):
        begin = leg["at"]
        end = begin + timedelta(milliseconds=leg["milliseconds"])
        outer = asked.get(leg["parent"]) if leg["direction"] == "out" else None
        # Clocks of one process differ by microseconds; whoever waits, waits until the end.
        if outer is not None and begin < outer.end:
            begin, end = max(begin, outer.begin), min(end, outer.end)
        span = _Span(leg, begin, end)
        if leg["direction"] == "in":
            asked.setdefault(leg["request_id"], span)
        spans.append(span)
    return spans


def _lifelines(
    legs: Iterable[Fact], waiting: Iterable[Fact]
) -> tuple[dict[object, int], tuple[Lifeline, ...]]:
    """The place of each platform, "hub" and the rest, from left to right: who called the hub, the
    hub, whom the hub called."""
    names: dict[int | None, str] = {}
    parties: dict[int | None, dict[str, None]] = {}
    callers: dict[int | None, None] = {}
    legs = sorted(legs, key=lambda leg: leg["at"])
    for leg in legs:
        number, inward = leg["platform_id"], leg["direction"] == "in"
        names.setdefault(number, leg["platform"] or "unknown platform")
        party = leg["from"] if inward else leg["to"]
        parties.setdefault(number, {}).update({party: None} if party else {})
        if inward:
            callers[number] = None
    for delivery in waiting:
        number = delivery["platform_id"]
        names.setdefault(number, delivery["platform"] or "a platform that is gone")
        parties.setdefault(number, {})[delivery["party"]] = None
    first_called = next((leg for leg in legs if leg["direction"] == "out"), None)
    left = list(callers)[:MOST_PLATFORMS]
    if first_called is not None and len(left) > 1:
        # Who answers only later, as with the result of a command, stands on the other side.
        left = [each for each in left if each != first_called["platform_id"]] or left
    right = [number for number in names if number not in left]
    shown = right[: MOST_PLATFORMS - len(left)]
    rest = right[len(shown) :]
    places: dict[object, int] = {number: place for place, number in enumerate(left)}
    places["hub"] = len(left)
    places |= {number: len(left) + 1 + place for place, number in enumerate(shown)}
    places |= dict.fromkeys(rest, len(left) + 1 + len(shown))
    lines = [*(_platform(n, names, parties) for n in left), Lifeline("hub", is_hub=True)]
    lines += [_platform(n, names, parties) for n in shown]
    if rest:
        lines.append(Lifeline(f"{len(rest)} more platforms"))
    return places, tuple(lines)


def _platform(
    number: int | None, names: dict[int | None, str], parties: dict[int | None, dict[str, None]]
) -> Lifeline:
    own = tuple(party for party in parties[number] if party)
    more = (f"+{len(own) - MOST_PARTIES}",) if len(own) > MOST_PARTIES else ()
    return Lifeline(names[number], own[:MOST_PARTIES] + more)


def _events(
    span: _Span, places: dict[object, int], attempts: Counter[tuple[object, ...]]
) -> list[tuple[datetime, int, Event]]:
    leg, inward = span.leg, span.leg["direction"] == "in"
    other, hub = places[leg["platform_id"]], places["hub"]
    source, target = (other, hub) if inward else (hub, other)
    text = f"{leg['method']} {short(leg['path'], leg['module'])}"
    if not inward and leg["parent"]:
        same = (leg["parent"], leg["platform_id"], leg["to"], leg["method"])
        attempts[same] += 1
        if attempts[same] > 1:
            text += f" (attempt {attempts[same]})"
    asked = Event("request", span.begin, source, target, text, detail=_between(leg), leg=leg["id"])
    answered = Event(
        "answer",
        span.end,
        target,
        source,
        result(leg),
        tone=leg["outcome"],
        detail=leg["error"],
        leg=leg["id"],
        milliseconds=leg["milliseconds"],
    )
    # At the same moment the inner arrows come first on the way back, the outer ones on the way out.
    order = (0, 3) if inward else (1, 2)
    return [(span.begin, order[0], asked), (span.end, order[1], answered)]


def _between(leg: Fact) -> str:
    ends = (("from", leg["from"]), ("to", leg["to"]))
    parties = " ".join(f"{word} {party}" for word, party in ends if party)
    spoken = remark(leg["version"], leg["notes"])
    return ", ".join(filter(None, (parties, spoken)))


def result(leg: Fact) -> str:
    """What came of a leg, in a few words."""
    code = f"OCPI {leg['code']}" if leg["code"] is not None else "no OCPI code"
    if leg["http_status"] is None:
        return "no answer" if leg["code"] is None else f"no answer, {code}"
    return f"HTTP {leg['http_status']}, {code}"


def short(path: str, module: str) -> str:
    """The part of a path or URL that tells: from the module on, else its end."""
    parts = [part for part in urlsplit(path).path.split("/") if part]
    if module in parts:
        parts = parts[parts.index(module) :]
    return "/".join(parts[-4:]) or "/"


_STATES = {
    "waiting": ("", "waits"),
    "dropped": ("failed", "given up"),
    "superseded": ("", "superseded"),
}


def _booked(waiting: Iterable[Fact], places: dict[object, int]) -> Iterable[tuple[datetime, Event]]:
    """Deliveries that are not done: what waits, and what was given up."""
    for each in waiting:
        tone, word = _STATES[each["state"]]
        at = each["ended"] or each["due"]
        text = f"{each['method']} for {each['party'] or 'the platform'}: {word}"
        yield (
            at,
            Event(
                "delivery",
                at,
                places["hub"],
                places[each["platform_id"]],
                text,
                tone=tone,
                detail=each["reason"],
                delivery=each["id"],
            ),
        )


def _shares(spans: Sequence[_Span]) -> tuple[Share, ...]:
    """For each message of a platform: how long the hub waited for others, and the rest."""
    found = []
    for outer in spans:
        leg = outer.leg
        if leg["direction"] != "in":
            continue
        inside = [
            (span.begin, span.end)
            for span in spans
            if span.leg["direction"] == "out"
            and span.leg["parent"] == leg["request_id"] != ""
            and span.begin < outer.end
        ]
        partners = min(_covered(inside), leg["milliseconds"])
        text = f"{leg['method']} {short(leg['path'], leg['module'])}"
        hub = round(leg["milliseconds"] - partners, 3)
        found.append(Share(leg["id"], text, leg["milliseconds"], hub, round(partners, 3)))
    return tuple(found)


def _covered(spans: Iterable[tuple[datetime, datetime]]) -> float:
    """Milliseconds that are covered by at least one of the spans."""
    total, until = timedelta(), None
    for begin, end in sorted(spans):
        if until is None or begin > until:
            total += end - begin
        elif end > until:
            total += end - until
        until = end if until is None else max(until, end)
    return total.total_seconds() * 1000
