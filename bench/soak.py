"""A long run with platforms that come and go: python -m bench.soak [--minutes N].

CPOs push EVSE statuses without a pause while eMSPs go away and come back. At the end all are there
again, and every eMSP must have the last state of every EVSE, none ever older than one it had had;
memory and the tables must have stayed as they were.
"""

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import psycopg
import uvloop

from apps.sandbox.platform import SandboxPlatform
from bench import left_behind
from bench.flapping import Pusher, Receiver
from bench.hub import NotRunning, Started, started
from bench.machine import resident_bytes

PUSHERS, RECEIVERS = 3, 12
PAUSE = 0.1
SETTLED_SECONDS = 180.0
SAMPLE_SECONDS, LOOK_SECONDS = 5.0, 0.5
MOST_GROWN = 30.0  # MB of one process, from the first third of the run to the last
MEGABYTE = 1_000_000
# What was sent and what happened, kept by age: these grow with the traffic, and say how much.
RECORDS = (
    "traffic_leg", "outbox_delivery", "outbox_payload", "parties_statuschange",
    "hubclientinfo_catchup", "sync_pull",
)  # fmt: skip
# Rows of these come and go; beyond the number they are piling up.
MOST_ROWS = 5_000


@dataclass
class Samples:
    """Megabytes of each process of the hub, and rows of each table, while it runs."""

    memory: dict[str, list[float]] = field(default_factory=dict)
    rows: list[dict[str, int]] = field(default_factory=list)


def main() -> int:
    arguments = argparse.ArgumentParser(prog="bench.soak", description=__doc__)
    arguments.add_argument("--minutes", type=float, default=10.0)
    arguments.add_argument("--seed", default="soak", help="of everything that is left to chance")
    chosen = arguments.parse_args()
    try:
        with started(HUB_STILL_ALIVE_MINUTES="1", HUB_PULL_DELTA_MINUTES="1") as hub:
            wrong = uvloop.run(soak(hub, chosen.minutes * 60, chosen.seed))
    except KeyboardInterrupt:
        return 130
    except NotRunning as error:
        print(f"the soak broke off: {error}", file=sys.stderr)
        return 1
    print("\n".join(wrong[:50]) if wrong else "nothing lost, nothing older over newer, all flat")
    return 1 if wrong else 0


async def soak(hub: Started, seconds: float, seed: str) -> list[str]:
    """What was wrong, in words; empty when all was well."""
    pushers = [Pusher(number) for number in range(PUSHERS)]
    receivers = [Receiver(number) for number in range(RECEIVERS)]
    async with AsyncExitStack() as stack:
        platforms = [*(each.platform for each in pushers), *(each.platform for each in receivers)]
        for platform in platforms:
            await stack.enter_async_context(platform)
        await _register(hub, platforms)
        for pusher in pushers:
            await pusher.introduce()
        await _until(lambda: _complete(pushers, receivers), "the first Locations")
        until, samples = time.monotonic() + seconds, Samples()
        dice = [random.Random(f"{seed} {n}") for n in range(PUSHERS + RECEIVERS)]
        await asyncio.gather(
            *(pusher.push(until, PAUSE, dice[n]) for n, pusher in enumerate(pushers)),
            *(each.flap(until, dice[PUSHERS + n]) for n, each in enumerate(receivers)),
            _watch(hub, until, samples),
        )
        say(f"all are there again; {sum(p.pushed for p in pushers)} pushes,"
            f" {sum(r.absences for r in receivers)} absences,"
            f" {sum(r.judge.heard for r in receivers)} requests heard")  # fmt: skip
        lost = await _until(lambda: _complete(pushers, receivers), "the last states")
        samples.rows.append(await asyncio.to_thread(_rows, hub))
        told = [
            f"{pusher.platform.name} was told last that {receiver.platform.name} is"
            f" {pusher.platform.told(receiver.platform.party, 'EMSP') or 'unknown'}"
            for pusher in pushers
            for receiver in receivers
            if pusher.platform.told(receiver.platform.party, "EMSP") != "CONNECTED"
        ]
        older = [f"older over newer: {text}" for r in receivers for text in r.judge.wrong]
        refused = [f"refused: {text}" for p in pushers for text in p.refused]
        if behind := sorted({text.split(" lacks ")[0] for text in lost}):
            for line in await asyncio.to_thread(left_behind.tell, hub.database_url, behind):
                say(line)
    return [
        *older,
        *told,
        *refused,
        *problems_of_memory(samples),
        *problems_of_tables(samples),
        *lost,
    ]


async def _register(hub: Started, platforms: Sequence[SandboxPlatform]) -> None:
    tokens = await asyncio.to_thread(hub.invite, [each.name for each in platforms])
    for each in platforms:
        await each.register(f"{hub.url}/ocpi/versions", tokens[each.name])
    say(f"{len(platforms)} platforms are registered")


def _complete(pushers: list[Pusher], receivers: list[Receiver]) -> list[str]:
    """What is missing anywhere."""
    return [
        f"{receiver.platform.name} lacks {text}"
        for receiver in receivers
        for pusher in pushers
        for text in receiver.lacks(pusher.sites, pusher.party)
    ]


async def _until(missing: Callable[[], list[str]], what: str) -> list[str]:
    """Waits until nothing is missing; what still is when the time is over."""
    began = time.monotonic()
    left = missing()
    for _ in range(int(SETTLED_SECONDS / LOOK_SECONDS)):
        if not left:
            break
        await asyncio.sleep(LOOK_SECONDS)
        left = missing()
    if left:
        say(f"{what}: {len(left)} missing after {SETTLED_SECONDS:.0f} s")
    else:
        say(f"{what} were everywhere after {time.monotonic() - began:.1f} s")
    return left


async def _watch(hub: Started, until: float, samples: Samples) -> None:
    processes = {
        f"{program} {n}": pid
        for program in ("uvicorn", "celery")
        for n, pid in enumerate(hub.processes(program))
    }
    while time.monotonic() < until:
        for name, pid in processes.items():
            samples.memory.setdefault(name, []).append(resident_bytes(pid) / MEGABYTE)
        samples.rows.append(await asyncio.to_thread(_rows, hub))
        waiting = samples.rows[-1]["waiting deliveries"]
        left = max(0.0, until - time.monotonic())
        memory = ", ".join(f"{values[-1]:.0f}" for values in samples.memory.values())
        say(f"{left:4.0f} s left, {waiting} deliveries waiting, memory {memory} MB")
        await asyncio.sleep(min(SAMPLE_SECONDS, left))


def _rows(hub: Started) -> dict[str, int]:
    """The rows of every table, partitions counted with their table."""
    found: dict[str, int] = {}
    with psycopg.connect(hub.database_url) as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition "
            "AND relnamespace = 'public'::regnamespace"
        ).fetchall()
        for (name,) in tables:
            query = psycopg.sql.SQL("SELECT count(*) FROM {}").format(psycopg.sql.Identifier(name))
            row = connection.execute(query).fetchone()
            found[name] = int(row[0]) if row else 0
        row = connection.execute(
            "SELECT count(*) FROM outbox_delivery WHERE state = 'waiting'"
        ).fetchone()
        found["waiting deliveries"] = int(row[0]) if row else 0
    return found


def problems_of_memory(samples: Samples) -> list[str]:
    """The processes whose memory rose from the first third of the run to the last."""
    wrong = []
    for name, values in samples.memory.items():
        third = max(1, len(values) // 3)
        grown = max(values[-third:]) - max(values[:third])
        say(f"memory of {name}: {max(values[:third]):.0f} MB at first, {grown:+.1f} MB later")
        if grown > MOST_GROWN:
            wrong.append(f"memory of {name} grew by {grown:.1f} MB")
    return wrong


def problems_of_tables(samples: Samples) -> list[str]:
    """The tables that kept growing."""
    wrong = []
    first, last = samples.rows[0], samples.rows[-1]
    for name, number in sorted(last.items()):
        if name in RECORDS:
            say(f"record {name}: {number} rows, {number - first.get(name, 0):+} in the run")
        elif number != first.get(name, 0):
            most = max(each.get(name, 0) for each in samples.rows)
            say(f"table {name}: {first.get(name, 0)} rows at first, {most} at most, {number} now")
            if number > first.get(name, 0) + MOST_ROWS:
                wrong.append(f"table {name} grew from {first.get(name, 0)} to {number} rows")
    if last["waiting deliveries"]:
        wrong.append(f"{last['waiting deliveries']} deliveries still wait")
    return wrong


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
