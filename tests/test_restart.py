"""The hub's processes die in the middle of things, and what was under way still ends well."""

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

import psutil

from apps.sandbox.memory import Received
from tests import embedded
from tests.config.test_run import (
    child_of,
    environment,
    free_port,
    get,
    running,
    until,
    wait_until_ready,
)
from tests.gateway.objects import location, session, tariff
from tests.platforms import CPO, MSP, RECEIVER, Platform, Playground, playground
from tests.test_demo import manage


class Running(NamedTuple):
    """A whole hub in processes of its own, with a CPO and an eMSP registered."""

    runner: subprocess.Popen[str]
    port: int
    cpo: Platform
    msp: Platform


@contextmanager
def hub_with_platforms() -> Iterator[Running]:
    """Starts one, and stops it at the end of the block."""
    home, port = embedded.directory(), free_port()
    more = {"HUB_EGRESS_ALLOW": "127.0.0.0/8"}
    with running(home, port, **more) as runner, playground() as here:
        wait_until_ready(runner, port)
        env = environment(home, port, **more)
        cpo, msp = (registered(here, home, env, *who) for who in (("plaza", CPO), ("card", MSP)))
        yield Running(runner, port, cpo, msp)


def registered(here: Playground, home, env, name, parties) -> Platform:
    platform = here.platform(name, parties)
    invited = json.loads(manage(home, env, "invite", name, "--json"))
    assert platform.register(invited["versions_url"], invited["token_a"]).code == 1000
    return platform


def carries(text: bytes, received: Received) -> bool:
    return text in received.body


def kill(runner: subprocess.Popen[str], role: str) -> None:
    """SIGKILLs one of the hub's processes; the runner starts it again."""
    child = child_of(runner, role)
    assert child is not None
    children = child.children(recursive=True)
    for process in [child, *children]:
        process.send_signal(signal.SIGKILL)
    psutil.wait_procs([child, *children], timeout=10)


def test_web_dies_between_a_command_and_its_result() -> None:
    with hub_with_platforms() as (runner, port, cpo, msp):
        cpo.objects.put("locations", location())
        cpo.faults.set("no_result")
        original = msp.callback_url()
        body = {"response_url": original, "location_id": "L1", "evse_uid": "E1",
                "connector_id": "1"}  # fmt: skip
        reply = msp.request(
            "POST", "commands", RECEIVER, "UNLOCK_CONNECTOR", json=body, to=("NL", "CPO")
        )
        assert reply.code == 1000, reply
        cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S1", json=session(), to=("DE", "MSP"))
        url = cpo.heard(module="commands").json["response_url"]
        kill(runner, "web")
        until(lambda: get(port, "/livez")[0] == 200)
        result = {"result": "ACCEPTED"}
        assert cpo.request("POST", "commands", url=url, json=result, to=("DE", "MSP")).code == 1000
        assert msp.heard(module="results").json == result
        # What it had learned of sessions is still there as well.
        change = {"kwh": 2, "last_updated": "2026-03-01T11:00:00Z"}
        assert cpo.request("PATCH", "sessions", RECEIVER, "NL/CPO/S1", json=change).code == 1000


def test_the_worker_dies_and_pushes_still_arrive_in_order() -> None:
    with hub_with_platforms() as (runner, _, cpo, msp):
        kill(runner, "worker")
        for n in range(20):
            reply = cpo.request(
                "PUT", "tariffs", RECEIVER, f"NL/CPO/T{n % 4}", to=("NL", "HUB"),
                json=tariff(f"T{n % 4}", currency=f"E{n:02}"),
            )  # fmt: skip
            assert reply.code == 1000
        last = {f"E{n:02}".encode() for n in range(16, 20)}
        for currency in last:
            msp.heard(partial(carries, currency), within=30)
        for key in range(4):
            seen = [r.json["currency"] for r in msp.received if r.tail == f"NL/CPO/T{key}"]
            assert seen == sorted(seen)
