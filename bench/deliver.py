"""Broadcasts to hundreds of receivers: deliveries per core second, and the time until the last.

Of ten receivers one answers late and one never. A CPO pushes Locations while the workers rest; then
they send them all. The reference is a bare loop that sends the same to the same platforms with the
same client. Then pushes one by one, and pushes behind a queue of a million.
"""

import http.client
import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import LiteralString

import psutil
import psycopg

from bench import bare_loop
from bench.load import Broken
from bench.machine import cpu_seconds, resident_bytes
from bench.messages import (
    CPO,
    CROWD,
    HUB,
    KILOBYTE,
    LATE,
    OK,
    SILENT,
    VERSION,
    Party,
    encode,
    headers,
    location,
    location_id,
)
from bench.report import Budget, Figure
from bench.stage import Stage

BUDGET = Budget(1 / 3, ">= 1/3", at_least=True)
FLAT = Budget(50.0, "< 50 MB")
ALONE = 10_000  # requests to the one platform that answers at once
PATIENCE = 1800.0
PACE = 400.0  # deliveries per second, when pushes come one by one
PUSH_SECONDS = 5.0
WARM_UP_SECONDS = 15.0
MUCH = 1_000
_UNTOLD = """
SELECT count(*) FROM parties_directory d JOIN hubclientinfo_compared c ON TRUE
WHERE c.version < d.version
"""
# Receivers that never answer become OFFLINE, and nothing is booked for them.
MOST_OF = 0.85
NO_ANSWER = [party.name for party in SILENT]
NOT_FAST = NO_ANSWER + [party.name for party in LATE]
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Drained:
    """What it took the workers to empty their lanes."""

    number: int
    seconds: float
    cpu: float
    grown: int


def measure(stage: Stage) -> tuple[list[Figure], list[str]]:
    """Figures and notes."""
    figures: list[Figure] = []
    known = 20
    for receivers in stage.effort.receivers:
        _let_in(stage, CROWD[known - 20 : receivers - 20])
        known = receivers
        figures += _rounds(stage, receivers)
        stage.say(f"deliver: pushes one by one to {receivers}")
        _one_by_one(stage, receivers)
        for who, without in (("fast ones", NOT_FAST), ("all that answer", NO_ANSWER)):
            p50, p99 = _times(stage, without)
            figures += [
                Figure(f"{receivers} receivers: p50 to the last of the {who}", p50, "ms"),
                Figure(f"{receivers} receivers: p99 to the last of the {who}", p99, "ms"),
            ]
    stage.say(f"deliver: {stage.effort.backlog:,} waiting")
    drained = _backlog(stage, stage.effort.backlog)
    p50, p99 = _times(stage, NO_ANSWER)
    name = f"{stage.effort.backlog:,} waiting"
    figures += [
        Figure(f"{name}: deliveries", drained.number / drained.seconds, "/s"),
        Figure(f"{name}: memory grown", drained.grown / MEGABYTE, "MB", budget=FLAT,
               judged=drained.grown / MEGABYTE),
        Figure(f"{name}: p50 of live pushes behind it", p50 / 1000, "s"),
        Figure(f"{name}: p99 of live pushes behind it", p99 / 1000, "s"),
    ]  # fmt: skip
    return figures, []


def _rounds(stage: Stage, receivers: int) -> list[Figure]:
    """The hub and the bare loops in turn, and the best of each."""
    drains: list[Drained] = []
    same: list[float] = []
    at_once: list[float] = []
    for number in range(1, stage.effort.rounds + 1):
        stage.say(f"deliver: {receivers} receivers, round {number} of {stage.effort.rounds}")
        drains.append(_broadcast(stage, receivers))
        same.append(bare_loop.per_core_second(stage.upstream, receivers, stage.effort.objects))
        at_once.append(bare_loop.one_answers_at_once(stage.upstream, ALONE))
    rates = [drained.number / drained.cpu for drained in drains]
    stage.say(f"deliver: {_listed(rates)} deliveries, bare {_listed(same)}, {_listed(at_once)}")
    rate, base, alone = max(rates), max(same), max(at_once)
    each = max(drained.number / drained.seconds for drained in drains)
    name = f"{receivers} receivers: deliveries"
    per = f"{name} per core second"
    return [
        Figure(per, rate, "/s", base, "bare loop", rate / base, BUDGET, rate / base),
        Figure(f"{per}, beside one that answers at once", rate, "/s", alone, "bare loop",
               rate / alone),
        Figure(name, each, "/s"),
    ]  # fmt: skip


def _listed(rates: Sequence[float]) -> str:
    return " ".join(f"{rate:.0f}" for rate in rates)


def _let_in(stage: Stage, parties: Sequence[Party]) -> None:
    """Registers more receivers, and waits until the hub has told everybody of them. What they miss
    later is not sent to them: it is not measured here."""
    stage.hub.register(parties)
    with psycopg.connect(stage.hub.database_url) as connection:
        connection.execute("UPDATE parties_platform SET catch_up = FALSE")
        connection.execute("UPDATE parties_directory SET version = version + 1")
    deadline = time.monotonic() + PATIENCE
    while _number(stage, _UNTOLD):
        if time.monotonic() > deadline:
            raise Broken("the platforms are not told of each other after half an hour")
        time.sleep(0.25)


def _broadcast(stage: Stage, receivers: int) -> Drained:
    with stage.hub.resting():
        _forget(stage)
        for n in range(stage.effort.objects):
            _push(stage, f"D{n:06}")
        booked = stage.hub.kept("outbox_delivery")
        if booked < MOST_OF * receivers * stage.effort.objects:
            raise Broken(f"{booked} deliveries are booked for {receivers} receivers")
        stage.say(f"deliver: {booked:,} are booked")
    return _drained(stage)


def _one_by_one(stage: Stage, receivers: int) -> None:
    """Pushes at a pace that leaves the workers time."""
    _drained(stage)
    _forget(stage)
    began = time.monotonic()
    for n in range(stage.effort.objects):
        time.sleep(max(0.0, began + n * receivers / PACE - time.monotonic()))
        _push(stage, f"O{n:06}")
    _drained(stage)


def _push(stage: Stage, identifier: str) -> None:
    """A CPO pushes a Location. Raises Broken."""
    connection = http.client.HTTPConnection(*stage.hub.address, timeout=60)
    body = encode(location(KILOBYTE)).replace(location_id(KILOBYTE).encode(), identifier.encode())
    path = f"/ocpi/{VERSION}/receiver/locations/{CPO.country_code}/{CPO.party_id}/{identifier}"
    connection.request("PUT", path, body, dict(headers(stage.hub.tokens[CPO.name], CPO, HUB)))
    answer = connection.getresponse().read()
    connection.close()
    if OK not in answer:
        raise Broken(f"a push was not accepted: {answer[:300]!r}")


def _backlog(stage: Stage, number: int) -> Drained:
    """Deliveries for all receivers that answer, each of another object; and while they go out, a
    push every few seconds."""
    with stage.hub.resting(), psycopg.connect(stage.hub.database_url) as connection:
        connection.execute(
            """WITH r AS (SELECT DISTINCT d.platform_id, d.party FROM outbox_delivery d
                JOIN parties_platform p ON p.id = d.platform_id WHERE p.name <> ALL(%s))
            INSERT INTO outbox_delivery (payload_id, platform_id, party, object, state, attempts,
                due_at, created_at, reason)
            SELECT (SELECT min(id) FROM outbox_payload), r.platform_id, r.party,
                'locations NL/CPO B' || n, 'waiting', 0, now(), now(), ''
            FROM r, generate_series(1, %s / (SELECT count(*) FROM r)) n""",
            (NO_ANSWER, number),
        )
        connection.execute("UPDATE outbox_payload SET created_at = created_at - interval '1 day'")
    count = itertools.count()
    return _drained(stage, meanwhile=lambda: _push(stage, f"L{next(count):06}"))


def _drained(stage: Stage, meanwhile: Callable[[], None] | None = None) -> Drained:
    """Waits until nothing waits any more for platforms that answer. `meanwhile` is done every few
    seconds, for as long as there is much to do. Memory counts from when they are at full work."""
    workers, done = _processes(stage), _done(stage)
    before, memory, began = _cpu(workers), 0, time.monotonic()
    deadline, most, next_push = began + PATIENCE, 0, began
    while waiting := _waiting(stage):
        if time.monotonic() > deadline:
            raise Broken("the lanes are not empty after half an hour")
        if meanwhile and waiting > MUCH and time.monotonic() > next_push:
            meanwhile()
            next_push = time.monotonic() + PUSH_SECONDS
        time.sleep(0.25)
        most = max(most, _memory(workers))
        if time.monotonic() - began < WARM_UP_SECONDS:
            memory = most
    seconds, cpu = time.monotonic() - began, _cpu(workers) - before
    return Drained(_done(stage) - done, seconds, cpu, most - memory)


def _processes(stage: Stage) -> list[int]:
    return [
        process.pid
        for pid in stage.hub.workers
        for process in (psutil.Process(pid), *psutil.Process(pid).children())
    ]


def _cpu(pids: list[int]) -> float:
    return sum(cpu_seconds(pid) for pid in set(pids))


def _memory(pids: list[int]) -> int:
    return sum(resident_bytes(pid) for pid in set(pids))


def _waiting(stage: Stage) -> int:
    """Deliveries that wait for platforms that answer; counted no further than need be."""
    return _number(
        stage,
        """SELECT count(*) FROM (SELECT 1 FROM outbox_delivery d JOIN parties_platform p
        ON p.id = d.platform_id WHERE d.state = 'waiting' AND p.name <> ALL(%s) LIMIT %s) w""",
        (NO_ANSWER, MUCH + 1),
    )


def _done(stage: Stage) -> int:
    return _number(stage, "SELECT count(*) FROM outbox_delivery WHERE state = 'done'")


def _number(stage: Stage, query: LiteralString, values: Sequence[object] = ()) -> int:
    with psycopg.connect(stage.hub.database_url) as connection:
        row = connection.execute(query, values).fetchone()
    return int(row[0]) if row else 0


def _times(stage: Stage, without: list[str]) -> tuple[float, float]:
    """p50 and p99 of the milliseconds from a push to its last delivery, `without` some of the
    platforms."""
    with psycopg.connect(stage.hub.database_url) as connection:
        row = connection.execute(
            """SELECT percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY milliseconds)
            FROM (SELECT extract(epoch FROM max(d.ended_at) - min(d.created_at)) * 1000
                AS milliseconds FROM outbox_delivery d
                JOIN outbox_payload a ON a.id = d.payload_id
                JOIN parties_platform p ON p.id = d.platform_id
                WHERE d.state = 'done' AND p.name <> ALL(%s)
                    AND a.created_at > now() - interval '12 hours'
                GROUP BY a.id) AS push""",
            (without,),
        ).fetchone()
    if row is None or row[0] is None:
        raise Broken("no push of the last minutes was delivered")
    return float(row[0][0]), float(row[0][1])


def _forget(stage: Stage) -> None:
    """Empties the outbox. Ids are not used again: what comes of attempts that are still under way,
    at platforms that never answer, would be written to other deliveries."""
    with psycopg.connect(stage.hub.database_url, autocommit=True) as connection:
        connection.execute("TRUNCATE outbox_payload, outbox_delivery")
