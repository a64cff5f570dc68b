"""The whole thing as a new user meets it: the runner, two web processes, the sandbox, a session."""

import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests import embedded
from tests.config.test_run import ROOT, environment, free_port, get, running, wait_until_ready


def test_the_demo_plays_its_session_and_ends_with_nobody_left() -> None:
    home = embedded.directory()
    done = subprocess.run(
        [sys.executable, "-m", "config.run", "--demo", "--once"], cwd=ROOT, text=True, timeout=120,
        env=environment(home, free_port(), HUB_WORKERS="2"), capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Every step was as expected" in done.stdout
    assert not re.search(r"hub-[\w-]{30,}", done.stdout + done.stderr), "a token on the terminal"


def test_several_web_processes_are_one_hub() -> None:
    """A suspended platform is refused by every worker within a second; metrics are their sum."""
    home, port = embedded.directory(), free_port()
    with running(home, port, HUB_WORKERS="3") as runner:
        wait_until_ready(runner, port)
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
