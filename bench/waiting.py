"""Thousands of forwards that wait for a slow platform while the traffic of others goes on.

A crowd of requests is sent to a platform that answers late; while they wait, another eMSP asks
another CPO at a steady pace, as it did just before.
"""

import time
from collections.abc import Sequence

from bench.latency import DISTINCT, most
from bench.load import PATIENCE, Connection, Outcome, is_good, pace
from bench.machine import most_waiting, resident_bytes
from bench.messages import KILOBYTE, MSP, OTHER_MSP, SLOW
from bench.report import Budget, Figure
from bench.stage import Stage, location_request

MEGABYTE = 1e6
MEMORY = Budget(400.0, "< 400 MB")
UNCHANGED = Budget(2.0, "<= 2 x")
BATCH = 200  # connections opened at once: fewer than a server's backlog


class Crowd:
    """Connections that each wait for one late answer."""

    def __init__(self, address: tuple[str, int], count: int, request: bytes) -> None:
        self.members: list[Connection] = []
        for number in range(count):
            member = Connection(address, high=True)
            member.send(request, time.perf_counter())
            self.members.append(member)
            if number % BATCH == BATCH - 1:
                time.sleep(0.02)

    def answers(self) -> int:
        """Waits for all of them; how many were good."""
        deadline = time.perf_counter() + PATIENCE
        good = 0
        for member in self.members:
            answer = None
            member.socket.settimeout(max(0.1, deadline - time.perf_counter()))
            try:
                while answer is None:
                    answer = member.receive()
            except OSError:
                continue
            good += is_good(answer)
        return good

    def close(self) -> None:
        for member in self.members:
            member.socket.close()


def measure(stage: Stage) -> tuple[list[Figure], list[str]]:
    """Figures and notes."""
    effort = stage.effort
    count = min(effort.waiting, most_waiting())
    pace_per_second = most(stage) / 2
    requests = [location_request(stage, KILOBYTE, asking=OTHER_MSP) for _ in range(DISTINCT)]
    seconds = effort.slow_seconds / 8

    def others() -> Outcome:
        address = stage.hub.address
        return pace(address, requests, effort.connections, seconds, pace_per_second)

    idle = [others() for _ in range(2)]
    before = resident_bytes(stage.hub.web)
    stage.say(f"sending {count} requests to a platform that answers after {effort.slow_seconds} s")
    began = time.perf_counter()
    crowd = Crowd(stage.hub.address, count, location_request(stage, KILOBYTE, MSP, SLOW))
    try:
        sent = time.perf_counter() - began
        stage.say(f"{count} requests wait, sent in {sent:.1f} s")
        busy: list[Outcome] = []
        largest = resident_bytes(stage.hub.web)
        while time.perf_counter() - began < effort.slow_seconds - seconds - 1 or not busy:
            busy.append(others())
            largest = max(largest, resident_bytes(stage.hub.web))
        still_waiting = stage.hub.counted("hub_in_flight") >= count
        good = crowd.answers()
    finally:
        crowd.close()
    stage.say(f"{good} of {count} were answered in the end")
    return _figures(count, largest - before, idle, busy), _notes(
        count, effort.waiting, good, still_waiting, pace_per_second, (*idle, *busy)
    )


def _figures(
    count: int, extra: int, idle: Sequence[Outcome], busy: Sequence[Outcome]
) -> list[Figure]:
    quiet, crowded = min(run.p99 for run in idle), min(run.p99 for run in busy)
    return [
        Figure(
            f"{count} waiting: extra memory", extra / MEGABYTE, "MB",
            budget=MEMORY, judged=extra / MEGABYTE,
        ),
        Figure(
            f"{count} waiting: p99 of others", crowded * 1000, "ms", quiet * 1000, "nobody waits",
            crowded / quiet, UNCHANGED, crowded / quiet,
        ),
    ]  # fmt: skip


def _notes(
    count: int,
    wanted: int,
    good: int,
    still_waiting: bool,
    per_second: float,
    runs: Sequence[Outcome],
) -> list[str]:
    notes = [f"waiting: the others' traffic was {per_second:.0f} requests per second"]
    if count < wanted:
        notes.append(f"waiting: {count} in place of {wanted}, this shell allows no more open files")
    if good < count:
        notes.append(f"waiting: only {good} of {count} were answered well in the end")
    if not still_waiting:
        notes.append("waiting: not all waited to the end of the measurement: it does not count")
    if failed := sum(run.failed for run in runs):
        notes.append(f"waiting: {failed} bad answers to the others, not counted")
    return notes
