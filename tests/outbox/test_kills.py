"""Processes are killed while pushes are on their way; what the receivers remember is the judge.

Whatever dies: every acknowledged push reaches every receiver, in order per object, at most repeated
where the record of it could not be written, never lost, never older over newer.
"""

import signal
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import psutil
import pytest

from tests.config.test_run import get, until
from tests.gateway.objects import location
from tests.platforms import RECEIVER, Platform
from tests.test_restart import Running, hub_with_platforms, kill

HUB = ("NL", "HUB")
OBJECTS = 4
CHANGES = 6
# Past the lease of an attempt that nobody finished.
PATIENCE = 100.0


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with hub_with_platforms() as hub:
        yield hub


def test_the_worker_is_killed_between_commit_and_send(running: Running) -> None:
    kill(running.runner, "worker")
    numbers = push_all(running.cpo, "A")
    judge(running.msp, "A", numbers)


def test_the_worker_is_killed_in_the_middle_of_a_window(running: Running) -> None:
    """Some of its pushes were answered, none of that was recorded; of others the answer is on
    its way."""
    cpo, msp = running.cpo, running.msp
    push(cpo, "B0", 0)
    settled(msp, "B0", 0)
    msp.faults.set("holds", module="locations", method="PATCH")
    numbers = push_all(cpo, "B")
    until(lambda: any(r.method == "PATCH" and "B" in r.tail for r in msp.received), 30)
    kill(running.runner, "worker")
    msp.faults.clear()
    judge(msp, "B", numbers)


def test_redis_is_killed_and_comes_back_empty(running: Running) -> None:
    server_of(running, "valkey-server").send_signal(signal.SIGKILL)
    numbers = push_all(running.cpo, "C")
    judge(running.msp, "C", numbers)


def test_postgresql_is_killed_and_recovers(running: Running) -> None:
    """What could not be kept was not acknowledged; what was acknowledged is there."""
    push(running.cpo, "D0", 0)
    server_of(running, "postgres").send_signal(signal.SIGKILL)
    until(lambda: get(running.port, "/readyz")[0] == 200, 60)
    numbers = push_all(running.cpo, "D")
    judge(running.msp, "D", numbers)


def test_web_is_killed_after_its_answer(running: Running) -> None:
    numbers = push_all(running.cpo, "E")
    kill(running.runner, "web")
    judge(running.msp, "E", numbers)
    until(lambda: get(running.port, "/livez")[0] == 200, 30)


def push_all(cpo: Platform, prefix: str) -> dict[str, int]:
    """Pushes several objects and changes them in turn; the last number acknowledged of each."""
    last = {}
    for number in range(CHANGES):
        for n in range(OBJECTS):
            push(cpo, f"{prefix}{n}", number)
            last[f"{prefix}{n}"] = number
    return last


def push(cpo: Platform, identifier: str, number: int) -> None:
    """A PUT of a Location, or a PATCH that adds a member of its own; again until it is
    acknowledged, as a platform does that gets no answer."""
    moment = f"2026-03-01T12:{number:02d}:00Z"
    change = {f"x_{number}": number, "x_last": number, "last_updated": moment}
    method, body = ("PATCH", change) if number else ("PUT", {**location(identifier), **change})

    def acknowledged() -> bool:
        with suppress(OSError):
            reply = cpo.request(
                method, "locations", RECEIVER, f"NL/CPO/{identifier}", json=body, to=HUB
            )
            return bool(reply.code == 1000)
        return False

    until(acknowledged, 60)


def judge(msp: Platform, prefix: str, numbers: dict[str, int]) -> None:
    """The receiver has every change of every object, and was told of them in order."""
    for identifier, last in numbers.items():
        settled(msp, identifier, last)
        told = [told_number(r.json) for r in msp.received if r.tail == f"NL/CPO/{identifier}"]
        assert told == sorted(told), (prefix, identifier, told)


def told_number(body: dict[str, Any]) -> int:
    return int(body["x_last"])


def settled(msp: Platform, identifier: str, last: int) -> None:
    expected = {f"x_{number}": number for number in range(last + 1)}

    def has_all() -> bool:
        kept = msp.objects.get("locations", ("NL", "CPO"), identifier) or {}
        return expected.items() <= kept.items()

    until(has_all, PATIENCE)


def server_of(running: Running, name: str) -> psutil.Process:
    """One of the hub's own servers."""
    children = psutil.Process(running.runner.pid).children()
    return next(child for child in children if child.name() == name)
