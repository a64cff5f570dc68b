"""The whole thing as a new user meets it: the runner, two web processes, the sandbox, a session."""

import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.sandbox.steps import MIXED, ROAMING
from tests import embedded
from tests.config.test_run import ROOT, environment, free_port, get, running, wait_until_ready

# What becomes of messages between versions, in the words of the hub and of those who heard them.
TOLD = (
    "its credentials: the hub is one party, NL/HUB, and its token is plain",
    "its credentials: hub_party_id NLHUB; reached are BE/BVR, NL/GRG, NL/HOH",
    "heard: PUT /2.1.1/tokens/receiver/FR/KTK/EMAID-KTK-1  without routing headers",
    "it is EMAID in 2.3.0, OTHER in 2.2.1, OTHER in 2.1.1",
    "said in OCPI 2.2.1 for DE/OTR: lost ",
    "said in OCPI 2.1.1 for AT/BDG: changed $.tax_included, $.elements.price_components.price",
    "the hub says why: it cannot be said in OCPI 2.1.1 ($.elements[0].price_components[0].price",
    "heard: POST /2.1.1/commands/receiver/START_SESSION  without routing headers",
    "10.25 EUR, 12.4025 with tax",
    "Badger Pass spoke 2.1.1, and speaks 2.3.0 with new tokens",
    "heard: PUT /2.3.0/tariffs/receiver/NL/GRG/GRG-PARK  from NL/GRG to AT/BDG",
)


def test_the_demo_plays_its_session_and_ends_with_nobody_left() -> None:
    home = embedded.directory()
    done = subprocess.run(
        [sys.executable, "-m", "config.run", "--demo", "--once"], cwd=ROOT, text=True, timeout=120,
        env=environment(home, free_port(), HUB_WORKERS="2"), capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Every step was as expected" in done.stdout
    assert done.stdout.count("  ok\n") == len(ROAMING) + len(MIXED)
    for told in TOLD:
        assert told in done.stdout
    assert not re.search(r"hub-[\w-]{30,}", done.stdout + done.stderr), "a token on the terminal"


@pytest.fixture(scope="module")
def three() -> Iterator[tuple[Path, int]]:
    """A hub with three web processes: its home and port."""
    home, port = embedded.directory(), free_port()
    with running(home, port, HUB_WORKERS="3") as runner:
        wait_until_ready(runner, port)
        yield home, port


def test_a_session_that_goes_wrong_fails(three: tuple[Path, int]) -> None:
    """A hub that may not call this machine refuses the first platform that registers."""
    done = subprocess.run(
        [sys.executable, "manage.py", "sandbox", "--play", "--once", "--sites", "1"], cwd=ROOT,
        text=True, timeout=60, env=environment(*three), capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert "FAILED" in done.stdout
    assert "The session stopped: step 1, registers" in done.stdout


def test_several_web_processes_are_one_hub(three: tuple[Path, int]) -> None:
    """A suspended platform is refused by every worker within a second; metrics are their sum."""
    home, port = three
    env = environment(home, port)
    invited = json.loads(manage(home, env, "invite", "Somebody", "--json"))

    def status() -> int:
        """Of a new connection, so that any of the workers may answer."""
        request = urllib.request.Request(
            invited["versions_url"],
            headers={
                "Authorization": f"Token {invited['token_a_base64']}", "Connection": "close",
            },
        )  # fmt: skip
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    assert {status() for _ in range(30)} == {200}
    manage(home, env, "suspend", "Somebody")
    second = time.monotonic() + 1.0
    while time.monotonic() < second:
        status()
    assert {status() for _ in range(30)} == {403}
    manage(home, env, "resume", "Somebody")
    counted = sum(
        float(line.rsplit(" ", 1)[1])
        for line in get(port, "/metrics")[1].splitlines()
        if line.startswith("hub_messages_total{") and 'module="versions"' in line
    )
    assert counted >= 30


def manage(home: Path, env: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, text=True, timeout=30, check=False,
        env=env, capture_output=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout
