"""Broadcasts to hundreds of receivers: deliveries per core second, and the time until the last.

A CPO pushes Locations while the workers rest; then they send them all. The reference is a bare loop
that sends the same requests with the same client and nothing else.
"""

import asyncio
import http.client
import time
from dataclasses import dataclass

import psutil
import psycopg
import uvloop

from apps.transport.client import Client
from bench.load import Broken
from bench.machine import cpu_seconds, resident_bytes
from bench.messages import (
    CPO,
    CROWD,
    HUB,
    KILOBYTE,
    OK,
    VERSION,
    encode,
    endpoint,
    headers,
    location,
    location_id,
)
from bench.report import Budget, Figure
from bench.stage import Stage
from config.parsers import networks
from hub.ocpi.message import Outgoing

BUDGET = Budget(1 / 3, ">= 1/3", at_least=True)
FLAT = Budget(50.0, "< 50 MB")
AT_ONCE = 50
PATIENCE = 600.0
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
        stage.say(f"deliver: {receivers} receivers")
        stage.hub.register(CROWD[known - 20 : receivers - 20])
        known = receivers
        drained = _broadcast(stage, receivers)
        base = _bare(stage, min(drained.number, 20_000))
        rate = drained.number / drained.cpu
        p50, p99 = _times(stage)
        figures += [
            Figure(f"{receivers} receivers: deliveries per core second", rate, "/s", base,
                   "bare loop", rate / base, BUDGET, rate / base),
            Figure(f"{receivers} receivers: deliveries", drained.number / drained.seconds, "/s"),
            Figure(f"{receivers} receivers: p50 to a receiver", p50, "ms"),
            Figure(f"{receivers} receivers: p99 to a receiver", p99, "ms"),
        ]  # fmt: skip
    stage.say(f"deliver: {stage.effort.backlog:,} waiting")
    drained = _backlog(stage, stage.effort.backlog)
    name = f"{stage.effort.backlog:,} waiting"
    figures += [
        Figure(f"{name}: deliveries", drained.number / drained.seconds, "/s"),
        Figure(f"{name}: memory grown", drained.grown / MEGABYTE, "MB", budget=FLAT,
               judged=drained.grown / MEGABYTE),
    ]  # fmt: skip
    return figures, []


def _broadcast(stage: Stage, receivers: int) -> Drained:
    with stage.hub.resting():
        _forget(stage)
        _push(stage, stage.effort.objects)
        booked = stage.hub.kept("outbox_delivery")
        if booked < receivers * stage.effort.objects:
            raise Broken(f"{booked} deliveries are booked for {receivers} receivers")
        with psycopg.connect(stage.hub.database_url) as connection:
            connection.execute("UPDATE outbox_delivery SET created_at = clock_timestamp()")
    return _drained(stage, booked)


def _push(stage: Stage, number: int) -> None:
    """A CPO pushes so many Locations. Raises Broken."""
    connection = http.client.HTTPConnection(*stage.hub.address, timeout=60)
    body = encode(location(KILOBYTE))
    path = f"/ocpi/{VERSION}/receiver/locations/{CPO.country_code}/{CPO.party_id}"
    for n in range(number):
        named = body.replace(location_id(KILOBYTE).encode(), f"D{n:06}".encode())
        lines = dict(headers(stage.hub.tokens[CPO.name], CPO, HUB))
        connection.request("PUT", f"{path}/D{n:06}", named, lines)
        answer = connection.getresponse().read()
        if OK not in answer:
            raise Broken(f"a push was not accepted: {answer[:300]!r}")


def _backlog(stage: Stage, number: int) -> Drained:
    """As many deliveries as one payload can have, over all receivers, each of another object."""
    with stage.hub.resting(), psycopg.connect(stage.hub.database_url) as connection:
        connection.execute(
            """INSERT INTO outbox_delivery (payload_id, platform_id, party, object, state, attempts,
                due_at, created_at, reason)
            SELECT p.id, r.platform_id, r.party, 'locations NL/CPO B' || n, 'waiting', 0, now(),
                now(), ''
            FROM (SELECT min(id) AS id FROM outbox_payload) p,
                (SELECT DISTINCT platform_id, party FROM outbox_delivery) r,
                generate_series(1, %s / (SELECT count(DISTINCT platform_id) FROM outbox_delivery)) n
            """,
            (number,),
        )
    return _drained(stage, number)


def _drained(stage: Stage, number: int) -> Drained:
    """Waits until nothing waits any more."""
    workers = _processes(stage)
    before, memory, began = _cpu(workers), _memory(workers), time.monotonic()
    deadline, most = began + PATIENCE, memory
    while _waiting(stage):
        if time.monotonic() > deadline:
            raise Broken("the lanes are not empty after ten minutes")
        time.sleep(0.25)
        most = max(most, _memory(workers))
    return Drained(number, time.monotonic() - began, _cpu(workers) - before, most - memory)


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


def _waiting(stage: Stage) -> bool:
    with psycopg.connect(stage.hub.database_url) as connection:
        row = connection.execute(
            "SELECT EXISTS (SELECT 1 FROM outbox_delivery WHERE state = 'waiting')"
        ).fetchone()
    return bool(row and row[0])


def _times(stage: Stage) -> tuple[float, float]:
    """Milliseconds from the moment the workers went on to the end of a delivery."""
    with psycopg.connect(stage.hub.database_url) as connection:
        row = connection.execute(
            "SELECT percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY "
            "extract(epoch FROM ended_at - created_at) * 1000) FROM outbox_delivery "
            "WHERE state = 'done'"
        ).fetchone()
    assert row is not None
    return float(row[0][0]), float(row[0][1])


def _forget(stage: Stage) -> None:
    with psycopg.connect(stage.hub.database_url, autocommit=True) as connection:
        connection.execute("TRUNCATE outbox_payload, outbox_delivery RESTART IDENTITY")


def _bare(stage: Stage, number: int) -> float:
    """Requests per core second of a loop that only sends."""
    host, port = stage.upstream
    body = encode(location(KILOBYTE))
    base = f"http://{host}:{port}{endpoint(CROWD[0], 'locations', 'RECEIVER')}/NL/CPO/"

    async def send_all() -> None:
        client = Client(networks("127.0.0.0/8"))
        left = iter(range(number))

        async def one_after_another() -> None:
            for n in left:
                lines = (*headers("a-token", CPO, HUB), ("Content-Type", "application/json"))
                await client.send(Outgoing("PUT", f"{base}D{n}", lines, body, 30.0))

        await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))
        await client.close()

    before = time.process_time()
    uvloop.run(send_all())
    return number / (time.process_time() - before)
