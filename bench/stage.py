"""What every benchmark gets: the running programs, how much effort to make, a voice."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.hub import Hub
from bench.load import Outcome, saturate
from bench.machine import cpu_seconds
from bench.messages import CPO, MSP, VERSION, Party, endpoint, location_id, request
from bench.neighbours import Proxy


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured: rounds of so many seconds, of which the best counts; so many requests
    that wait, locations that are kept, pages that are asked for, receivers, objects that are
    broadcast, deliveries that wait; messages in the log and platforms, for the operator's pages."""

    rounds: int
    seconds: float
    warm_up: float
    waiting: int
    slow_seconds: float
    locations: int
    pages: int
    receivers: tuple[int, ...]
    objects: int
    backlog: int
    messages: int
    platforms: int
    connections: int = 32


FULL = Effort(
    rounds=3, seconds=3.0, warm_up=1.0, waiting=5000, slow_seconds=25.0, locations=1_000_000,
    pages=100, receivers=(200, 500), objects=100, backlog=1_000_000,
    messages=3_000_000, platforms=500,
)  # fmt: skip
QUICK = Effort(
    rounds=1, seconds=1.0, warm_up=0.3, waiting=1000, slow_seconds=6.0, locations=20_000, pages=20,
    receivers=(40,), objects=20, backlog=5_000, messages=30_000, platforms=50,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stage:
    """`nginx` is None where there is none."""

    hub: Hub
    upstream: tuple[str, int]
    nginx: Proxy | None
    bare: Proxy
    effort: Effort
    began: float

    def say(self, text: str) -> None:
        print(f"[{time.monotonic() - self.began:5.1f} s] {text}", file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True)
class Run:
    """One run against one process: what came back, and what it cost that process."""

    outcome: Outcome
    microseconds: float  # of CPU, per message
    busy: float  # share of one core


def measured(
    pid: int, address: tuple[str, int], requests: Sequence[bytes], connections: int, seconds: float
) -> Run:
    """Saturates a process for some seconds."""
    began, before = time.perf_counter(), cpu_seconds(pid)
    outcome = saturate(address, requests, connections, seconds)
    spent, used = time.perf_counter() - began, cpu_seconds(pid) - before
    # `answered` leaves out the few that came back after the end, as many as there are connections.
    microseconds = used * 1e6 / (outcome.per_second * spent)
    return Run(outcome, microseconds, used / spent)


def location_request(stage: Stage, size: int, asking: Party = MSP, to: Party = CPO) -> bytes:
    """GET of one location through the hub."""
    path = f"/ocpi/{VERSION}/sender/locations/{location_id(size)}"
    return request("GET", path, stage.hub.tokens[asking.name], asking, to)


def direct_location_request(size: int, asking: Party = MSP, to: Party = CPO) -> bytes:
    """The same from the platform itself, or through the reference."""
    path = f"{endpoint(to, 'locations', 'SENDER')}/{location_id(size)}"
    return request("GET", path, "a-token-of-some-forty-characters-as-usual", asking, to)
