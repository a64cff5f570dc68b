"""The runner as an operator meets it: start, ready, stop; and what it refuses."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests import embedded

ROOT = Path(__file__).resolve().parents[2]


def environment(home: Path, port: int, **more: str) -> dict[str, str]:
    clean = {n: v for n, v in os.environ.items() if not n.startswith(("HUB_", "DATABASE", "REDIS"))}
    return {**clean, "HUB_DATA_DIR": str(home), "HUB_LISTEN": f"127.0.0.1:{port}", **more}


@contextmanager
def running(home: Path, port: int, **more: str) -> Iterator[subprocess.Popen[str]]:
    """A hub in processes of its own; what they say goes into a file, as a pipe that nobody reads
    fills up and stops whoever writes to it."""
    with spoken(home).open("w") as file:
        runner = subprocess.Popen(
            [sys.executable, "-m", "config.run"], cwd=ROOT, env=environment(home, port, **more),
            stdout=file, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
    try:
        yield runner
    finally:
        if runner.poll() is None:
            runner.send_signal(signal.SIGINT)
            runner.wait(timeout=15)
        spoken(home).unlink()


def spoken(home: Path) -> Path:
    """The file with what the processes of a hub have said."""
    return home.with_suffix(".said")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


def wait_until_ready(runner: subprocess.Popen[str], port: int) -> None:
    deadline = time.monotonic() + 120
    while get(port, "/readyz")[0] != 200:
        assert runner.poll() is None, "it has ended"
        assert time.monotonic() < deadline, get(port, "/readyz")
        time.sleep(0.1)


def test_a_hub_becomes_ready_and_stops_within_ten_seconds_leaving_nobody():
    home, port = embedded.directory(), free_port()
    with running(home, port) as runner:
        wait_until_ready(runner, port)
        assert get(port, "/livez")[0] == 200
        assert get(port, "/metrics")[0] == 200
        assert get(port, "/admin/login/")[0] == 200
        children = psutil.Process(runner.pid).children(recursive=True)
        assert {"web", "worker", "beat"} <= {role_of(child) for child in children}
        began = time.monotonic()
        runner.send_signal(signal.SIGINT)
        runner.wait(timeout=15)
        assert time.monotonic() - began < 10
        assert runner.returncode == 0, spoken(home).read_text()
    assert [child for child in children if child.is_running()] == []
    assert not (home / "services.json").exists()


def test_several_hubs_run_side_by_side():
    """Each with its own data directory, port, party and servers."""
    homes = [embedded.directory() for _ in range(2)]
    ports = [free_port() for _ in range(2)]
    with (
        running(homes[0], ports[0], HUB_PARTY="NL/AAA") as one,
        running(homes[1], ports[1], HUB_PARTY="DE/BBB") as two,
    ):
        for runner, port in ((one, ports[0]), (two, ports[1])):
            wait_until_ready(runner, port)
        for home, party in zip(homes, ("NL/AAA", "DE/BBB"), strict=True):
            said = subprocess.run(
                [sys.executable, "manage.py", "hub", "--json"], cwd=ROOT, text=True, check=True,
                env=environment(home, 1), capture_output=True,
            )  # fmt: skip
            assert json.loads(said.stdout)["party"] == party


def test_a_worker_that_dies_is_started_again():
    home, port = embedded.directory(), free_port()
    with running(home, port) as runner:
        wait_until_ready(runner, port)
        first = child_of(runner, "worker")
        assert first
        first.kill()
        deadline = time.monotonic() + 20
        while (second := child_of(runner, "worker")) is None or second == first:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_a_killed_runner_takes_its_children_along_and_the_next_start_works():
    home, port = embedded.directory(), free_port()
    with running(home, port) as runner:
        wait_until_ready(runner, port)
        children = psutil.Process(runner.pid).children(recursive=True)
        runner.kill()
        runner.wait()
    _, alive = psutil.wait_procs(children, timeout=10)
    if sys.platform == "linux":
        assert alive == []
    with running(home, port) as runner:
        wait_until_ready(runner, port)


REGISTERED = """
from apps.parties.models import CredentialsRole, Platform
one = Platform.objects.create(name="one")
CredentialsRole.objects.create(
    platform=one, party="NL/CPO", country_code="NL", party_id="CPO", role="CPO"
)
"""


def test_another_party_than_at_the_last_start_is_warned_of():
    home, port = embedded.directory(), free_port()
    with running(home, port) as runner:
        wait_until_ready(runner, port)
        subprocess.run(
            [sys.executable, "manage.py", "shell", "-c", REGISTERED], cwd=ROOT, check=True,
            env=environment(home, port), capture_output=True,
        )  # fmt: skip
    with running(home, port, HUB_PARTY="NL/NEW") as runner:
        wait_until_ready(runner, port)
        assert "HUB_PARTY is NL/NEW, and was NL/HUB at the last start" in spoken(home).read_text()


def test_a_hub_stopped_while_it_makes_its_database_leaves_nobody_and_starts_again():
    home, port = embedded.directory(), free_port()
    with running(home, port) as runner:
        until(lambda: (home / "postgres" / "PG_VERSION").exists())
        children = psutil.Process(runner.pid).children(recursive=True)
        assert "initdb" in {child.name() for child in children}
        runner.send_signal(signal.SIGINT)
        assert runner.wait(timeout=15) == 0
        # Of one that was killed the kernel still has an entry for a moment.
        _, alive = psutil.wait_procs(children, timeout=0.2)
        assert alive == []
    with running(home, port) as runner:
        wait_until_ready(runner, port)


def test_a_second_hub_on_the_same_data_directory_is_refused():
    home = embedded.directory()
    with running(home, free_port()) as runner:
        until(lambda: (home / "services.json").exists())
        code, said = run_once(environment(home, free_port()))
        assert code == 2
        assert f"process {runner.pid}" in said
        assert "HUB_DATA_DIR" in said


def test_a_taken_port_is_refused():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, said = run_once(environment(embedded.directory(), port))
    assert code == 2
    assert f"127.0.0.1:{port}" in said
    assert "HUB_LISTEN" in said


def test_a_bad_setting_is_refused_before_anything_starts():
    home = embedded.directory()
    code, said = run_once(environment(home, free_port(), HUB_PARTY="nobody"))
    assert code == 2
    assert "HUB_PARTY" in said
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("below", ["file", "file/deeper"])
def test_a_data_directory_that_cannot_be_one_is_refused(below):
    home = embedded.directory()
    (home / "file").touch()
    code, said = run_once(environment(home / below, free_port()))
    assert code == 2
    assert "HUB_DATA_DIR" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("HUB_KEEP_DAYS", "session=90"),
        ("HUB_PULL_MODULES", "locations,tarifs"),
        ("HUB_MODULES", "no.such_module"),
        ("HUB_MODULES", "os"),
        ("HUB_MODULES", "tests.config.asks_between"),
    ],
)
def test_a_setting_of_modules_that_nobody_describes_is_refused(name, text):
    command = [sys.executable, "-m", "config.prepare"]
    home = environment(embedded.directory(), free_port(), **{name: text})
    done = subprocess.run(command, cwd=ROOT, env=home, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert f"{name}: " in done.stderr
    assert "Traceback" not in done.stderr


# The last that is loaded: then the signal finds it where it begins to work.
@pytest.mark.parametrize("module", ["config.parsers", "config.processes", "config.terminal"])
def test_a_signal_while_it_is_being_loaded_ends_it_without_a_word(module):
    """Python tells of every module that it has loaded."""
    home = embedded.directory()
    runner = subprocess.Popen(
        [sys.executable, "-X", "importtime", "-m", "config.run"], cwd=ROOT,
        env=environment(home, free_port()), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip
    assert runner.stdout
    assert any(line.split("|")[-1].strip() == module for line in runner.stdout)
    runner.send_signal(signal.SIGINT)
    rest, _ = runner.communicate(timeout=15)
    assert "Traceback" not in rest
    assert runner.returncode in (0, -signal.SIGINT)


def test_a_command_without_a_hub_says_so():
    home = embedded.directory()
    answer = subprocess.run(
        [sys.executable, "manage.py", "migrate"], cwd=ROOT, env=environment(home, 1),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert answer.returncode != 0
    assert f"no hub is running on data directory {home}" in answer.stderr


def run_once(env: dict[str, str]) -> tuple[int, str]:
    answer = subprocess.run(
        [sys.executable, "-m", "config.run"], cwd=ROOT, env=env, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=30, check=False,
    )  # fmt: skip
    return answer.returncode, answer.stdout


def until(true, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def role_of(process: psutil.Process) -> str:
    try:
        words = process.cmdline()
    except psutil.Error:
        return ""
    names = {"uvicorn": "web", "worker": "worker", "beat": "beat"}
    return next((role for word, role in names.items() if word in words), "")


def child_of(runner: subprocess.Popen[str], role: str) -> psutil.Process | None:
    children = psutil.Process(runner.pid).children()
    return next((child for child in children if role_of(child) == role), None)
