"""Commands as plain data: each with its response and its result, whose turn it is, and time-outs.

A command is one message of the log; the hub's onward leg has the response of the other side, and
the result comes back later to a stand-in, which names the command it follows. All of it is found
through indexes: commands by module, the legs by correlation id, results by what they follow.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Q, QuerySet

from apps.console.command_kinds import kinds, word_of
from apps.console.endless import beyond
from apps.store.models import StandIn
from apps.traffic.models import Direction, Leg
from apps.traffic.outcome import Outcome
from hub.ocpi.module import Interface

BY_TIME = ("-at", "-pk")
# So many messages of the module are looked at for one page, at most.
MOST_READ, MOST_LEGS, ON_PAGE = 8_000, 10_000, 50
LONG = ("request_headers", "answer_headers")
ACCEPTED = "ACCEPTED"

Fact = dict[str, Any]


class State(StrEnum):
    """How far a command is."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    TIMED_OUT = "timed out"


@dataclass(frozen=True, slots=True)
class Asked:
    """What commands are looked for: empty means any. `before` is the id of a message."""

    party: str = ""
    command: str = ""
    platform: int | None = None
    state: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Commands, the newest first. `further` is the message to go on before, None at the end;
    `looked_to` says how far was looked where the page is not full."""

    commands: Sequence[Fact]
    further: int | None = None
    looked_to: datetime | None = None


def commands(asked: Asked, now: datetime) -> Page:
    """A page of commands. Raises nothing; what cannot be is an empty page."""
    place = None
    if asked.before is not None:
        place = _places(Leg.objects.filter(pk=asked.before)).first()
        if place is None:
            return Page([])
    # What state a command is in is known only when its legs are found: a few commands at a time.
    most = ON_PAGE if not asked.state else 5 * ON_PAGE
    legs, last = _walked(asked, place, most)
    found: list[Fact] = []
    for start in range(0, min(len(legs), most), ON_PAGE):
        if len(found) > ON_PAGE:
            break
        some = told(legs[start : min(start + ON_PAGE, most)], now)
        found += [fact for fact in some if asked.state in ("", fact["state"])]
    if len(found) > ON_PAGE:
        return Page(found[:ON_PAGE], further=found[ON_PAGE - 1]["id"])
    if len(legs) > most:
        end = legs[most - 1]
        return Page(found, end.pk, end.at if asked.state else None)
    return Page(found, last["pk"], last["at"]) if last is not None else Page(found)


def _walked(asked: Asked, place: Fact | None, most: int) -> tuple[list[Leg], Fact | None]:
    """Commands behind a place, one more than `most` where there are more; and the last message that
    was looked at, where there were more to look at. Each module is walked through by its index."""
    legs: list[Leg] = []
    ends: list[Fact] = []
    wanted: dict[str, Q] = {}
    for kind in kinds():
        if asked.command in ("", kind.word):
            wanted[kind.module] = wanted.get(kind.module, Q()) | kind.fits
    for module, fits in wanted.items():
        led = _led(module, asked, place).order_by(*BY_TIME)
        rows = led.filter(_narrowed(asked) & fits).defer(*LONG)
        edge = list(_places(led)[MOST_READ - 1 : MOST_READ + 1])
        if len(edge) == 2:
            ends.append(edge[0])
            rows = rows.filter(beyond(BY_TIME, edge[1], forward=False))
        legs += rows[: most + 1]
    last = max(ends, key=lambda end: (end["at"], end["pk"]), default=None)
    legs.sort(key=lambda leg: (leg.at, leg.pk), reverse=True)
    if last is not None:
        legs = [leg for leg in legs if (leg.at, leg.pk) >= (last["at"], last["pk"])]
    return legs, last


def _places(rows: QuerySet[Leg]) -> QuerySet[Leg, Fact]:
    """Where rows stand in the order of time."""
    found: QuerySet[Leg, Any] = rows.values("at", "pk")
    return found


def _led(module: str, asked: Asked, place: Fact | None) -> QuerySet[Leg]:
    """The messages of a module that are asked for, as its index leads to them."""
    led = Leg.objects.filter(module=module)
    if asked.since:
        led = led.filter(at__gte=asked.since)
    if asked.until:
        led = led.filter(at__lte=asked.until)
    return led if place is None else led.filter(beyond(BY_TIME, place, forward=True))


def _narrowed(asked: Asked) -> Q:
    """A command goes to the RECEIVER; results go to the SENDER."""
    wanted = Q(direction=Direction.IN, interface=Interface.RECEIVER.value)
    if asked.party:
        wanted &= Q(from_party=asked.party) | Q(to_party=asked.party)
    if asked.platform is not None:
        wanted &= Q(platform_id=asked.platform)
    return wanted


def told(legs: Sequence[Leg], now: datetime) -> list[Fact]:
    """These commands with their responses and results."""
    if not legs:
        return []
    numbers = {leg.correlation_id for leg in legs} - {""}
    onward = _by(_sent(numbers), "parent")
    results = _by(_legs(Q(follows__in=numbers)), "follows")
    back = [leg for each in results.values() for leg in each]
    passed = _by(_sent({leg.correlation_id for leg in back} - numbers - {""}), "parent") | onward
    until = _until([n for n in numbers if n not in results])
    return [
        _command(
            leg,
            next(reversed(onward.get(leg.request_id, [])), None),
            next(iter(results.get(leg.correlation_id, [])), None),
            passed,
            until.get(leg.correlation_id),
            now,
        )
        for leg in legs
    ]


def _sent(numbers: Iterable[str]) -> list[Leg]:
    """The hub's own requests with these correlation ids."""
    found = _legs(Q(correlation_id__in=list(numbers)))
    return [leg for leg in found if leg.direction == Direction.OUT]


def _legs(wanted: Q) -> list[Leg]:
    """Messages of these modules. Nothing but `wanted` is asked of the database, so that it takes
    the index of ids, which has few of each, and not one of time."""
    found = Leg.objects.filter(wanted).defer(*LONG)[:MOST_LEGS]
    modules = {kind.module for kind in kinds()}
    return sorted((leg for leg in found if leg.module in modules), key=lambda leg: (leg.at, leg.pk))


def _by(rows: Iterable[Leg], name: str) -> dict[str, list[Leg]]:
    found: dict[str, list[Leg]] = defaultdict(list)
    for leg in rows:
        found[getattr(leg, name)].append(leg)
    return found


def _until(numbers: Sequence[str]) -> dict[str, datetime]:
    """Until when the results of these messages may come."""
    rows = StandIn.objects.filter(kind=StandIn.Kind.RESULT, correlation_id__in=numbers)
    return {
        number: expires
        for number, expires in rows.values_list("correlation_id", "expires_at")
        if expires is not None
    }


def _command(
    leg: Leg,
    onward: Leg | None,
    result: Leg | None,
    passed: dict[str, list[Leg]],
    until: datetime | None,
    now: datetime,
) -> Fact:
    sent = passed.get(result.request_id, []) if result is not None else []
    forwarded = sent[-1] if sent else None
    response_word = onward.says if onward is not None else ""
    state, turn = _state(leg, onward, result, forwarded, response_word, until, now)
    return {
        "id": leg.pk,
        "correlation_id": leg.correlation_id,
        "at": leg.at,
        "module": leg.module,
        "command": word_of(leg),
        "from": leg.from_party,
        "to": leg.to_party or (onward.to_party if onward is not None else ""),
        "state": state.value,
        "turn": turn,
        "response": _leg(onward or leg) | {"says": response_word} if onward or leg.error else None,
        "result": None
        if result is None
        else _leg(result)
        | {
            "says": result.says,
            "after_milliseconds": round((result.at - leg.at).total_seconds() * 1000, 3),
            "taken": None if forwarded is None else _leg(forwarded),
        },
        "result_until": until,
    }


def _state(
    leg: Leg,
    onward: Leg | None,
    result: Leg | None,
    forwarded: Leg | None,
    response_word: str,
    until: datetime | None,
    now: datetime,
) -> tuple[State, str]:
    """How far it is, and whose turn it is, in words."""
    if result is not None:
        if forwarded is not None and forwarded.outcome != Outcome.OK:
            return State.FAILED, f"{leg.from_party} did not take the result"
        if result.outcome != Outcome.OK:
            return State.FAILED, "the result came, and could not be handed on"
        return State.DONE, "nobody's: the result has been handed on"
    if onward is None and leg.outcome == Outcome.OK:
        return State.DONE, "nobody's: it was answered"
    if leg.outcome == Outcome.FAILED:
        return State.FAILED, f"{leg.to_party or 'the CPO'} gave no usable answer"
    if leg.outcome == Outcome.REFUSED:
        who = f"{leg.to_party or 'the CPO'}" if onward is not None else "the hub"
        return State.REFUSED, f"nobody's: {who} refused it"
    if response_word not in ("", ACCEPTED):
        return State.REFUSED, f"nobody's: {leg.to_party or 'the CPO'} answered {response_word}"
    whose = leg.to_party or (onward.to_party if onward is not None else "") or "the CPO"
    if until is not None and until > now:
        return State.WAITING, f"{whose}'s: it owes the result"
    return State.TIMED_OUT, f"nobody's: {whose} sent no result in time"


def _leg(leg: Leg) -> Fact:
    return {
        "id": leg.pk,
        "at": leg.at,
        "http_status": leg.http_status,
        "code": leg.code,
        "outcome": leg.outcome,
        "milliseconds": round(leg.milliseconds, 3),
        "error": leg.error,
    }
