"""The hub that is measured: a whole embedded one in a directory of its own, gone afterwards.

Production defaults but for the two limits a benchmark runs into: requests per second of one
platform, and requests in flight at one. Its platforms come through the real handshake.
"""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil
import psycopg

from bench.machine import Cores
from bench.messages import PARTIES, Party
from bench.neighbours import free_port
from config import services
from config.probe import missing_at
from config.processes import Process

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 90.0
STOP_SECONDS = 15.0
OURS = ("HUB_", "DATABASE_URL", "REDIS_URL", "PROMETHEUS_")


class NotRunning(Exception):
    """The hub did not start, or ended; the text has the end of its log."""


@dataclass(frozen=True, slots=True)
class Hub:
    """A running hub; `tokens` are what each platform shows to it, by the party's name; `register`
    lets more of them in."""

    address: tuple[str, int]
    web: int
    workers: Sequence[int]
    database_url: str
    tokens: Mapping[str, str]
    register: Callable[[Sequence[Party]], object]
    data_dir: Path

    def counted(self, name: str) -> float:
        """The sum of one of its metrics, over all labels."""
        lines = _fetch(f"{_url(self.address)}/metrics").decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name))

    @contextmanager
    def resting(self) -> Iterator[None]:
        """No worker works, and beat does not beat, until the end of the block."""
        for pid in self.workers:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in self.workers:
                os.kill(pid, signal.SIGCONT)

    def kept(self, table: str) -> int:
        """Rows in one of its tables."""
        with psycopg.connect(self.database_url) as connection:
            query = psycopg.sql.SQL("SELECT count(*) FROM {}").format(psycopg.sql.Identifier(table))
            row = connection.execute(query).fetchone()
        return int(row[0]) if row else 0


@dataclass(frozen=True, slots=True)
class Started:
    """A hub's processes, before any platform is registered."""

    address: tuple[str, int]
    environment: Mapping[str, str]
    process: Process
    database_url: str

    @property
    def url(self) -> str:
        return f"http://{self.address[0]}:{self.address[1]}"

    def processes(self, program: str) -> list[int]:
        """Its processes that run a program. Raises NotRunning when there is none."""
        assert self.process.popen is not None
        children = psutil.Process(self.process.popen.pid).children(recursive=True)
        found = [int(child.pid) for child in children if program in _command(child)]
        if not found:
            raise NotRunning(f"it has no process of {program}")
        return found

    def invite(self, names: Sequence[str]) -> dict[str, str]:
        """Invites platforms; a CREDENTIALS_TOKEN_A for each."""
        made = subprocess.run(
            [sys.executable, "-m", "bench.invite", *names],
            env=dict(self.environment), cwd=ROOT, check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        return {str(name): str(token) for name, token in json.loads(made.stdout).items()}


@contextmanager
def started(**settings: str) -> Iterator[Started]:
    """A hub without platforms, in a directory that is gone afterwards. Raises NotRunning."""
    data_dir = Path(tempfile.mkdtemp(prefix="hub-bench-"))
    data_dir.chmod(0o755)  # started as root, PostgreSQL runs as somebody else
    address = ("127.0.0.1", free_port())
    environment = _environment(data_dir, address) | settings
    log = data_dir / "run.log"
    process = Process("hub", [sys.executable, "-m", "config.run"], environment, cwd=ROOT)
    try:
        with log.open("w") as output:
            process.start(output)
        _wait_until_ready(process, address, log)
        found = services.read(data_dir)
        if found is None:
            raise NotRunning(_tail(log))
        yield Started(address, environment, process, found.settings["DATABASE_URL"])
    finally:
        process.stop(STOP_SECONDS)
        cluster = (data_dir / "postgres").resolve()  # elsewhere when PostgreSQL cannot reach ours
        shutil.rmtree(cluster, ignore_errors=True)
        shutil.rmtree(data_dir, ignore_errors=True)


@contextmanager
def running(upstream: tuple[str, int], cores: Cores) -> Iterator[Hub]:
    """A hub with every party of the benchmarks registered, its web process on the measured core."""
    limits = {"HUB_RATE_LIMIT": "1000000", "HUB_MAX_IN_FLIGHT": "20000"}
    with started(HUB_PULL_MODULES="none", **limits) as hub:
        register = partial(_register_all, hub, upstream)
        tokens = register(PARTIES)
        [web] = hub.processes("uvicorn")
        cores.put_on(web)
        workers = hub.processes("celery")
        data_dir = Path(hub.environment["HUB_DATA_DIR"])
        yield Hub(hub.address, web, workers, hub.database_url, tokens, register, data_dir)


def _environment(data_dir: Path, address: tuple[str, int]) -> dict[str, str]:
    """The caller's, without what would point at another hub or at its servers."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(OURS)}
    return {
        **kept,
        "HUB_DATA_DIR": str(data_dir),
        "HUB_LISTEN": f"{address[0]}:{address[1]}",
        "HUB_EGRESS_ALLOW": "127.0.0.0/8",
    }


def _wait_until_ready(process: Process, address: tuple[str, int], log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while missing := missing_at(f"{_url(address)}/readyz"):
        if not process.alive or time.monotonic() > deadline:
            raise NotRunning(f"missing: {missing}; the end of its log:\n{_tail(log)}")
        time.sleep(0.1)


def _command(process: psutil.Process) -> list[str]:
    """The words of its command line; none when it has ended meanwhile."""
    try:
        return list(process.cmdline())
    except psutil.NoSuchProcess:
        return []


def _register_all(
    hub: Started, upstream: tuple[str, int], parties: Sequence[Party]
) -> dict[str, str]:
    """Invites and registers parties; what each one shows to the hub."""
    tokens = hub.invite([party.name for party in parties])
    url = f"{hub.url}/ocpi/2.2.1/credentials"
    return {p.name: _register(p, url, tokens[p.name], upstream) for p in parties}


def _register(party: Party, url: str, token_a: str, upstream: tuple[str, int]) -> str:
    role = {
        "role": party.role,
        "country_code": party.country_code,
        "party_id": party.party_id,
        "business_details": {"name": party.name},
    }
    own = {
        "token": secrets.token_urlsafe(24),
        "url": f"{_url(upstream)}/{party.name}/versions",
        "roles": [role],
    }
    headers = {"Authorization": f"Token {token_a}", "Content-Type": "application/json"}
    answer = json.loads(_fetch(url, json.dumps(own).encode(), headers))
    if answer["status_code"] != 1000:
        raise NotRunning(f"{party.name} could not register: {answer}")
    return str(answer["data"]["token"])


def _fetch(url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> bytes:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    asked = urllib.request.Request(url, body, dict(headers or {}))
    try:
        with direct.open(asked, timeout=30) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        raise NotRunning(f"{url}: HTTP {error.code} {error.read()[:500]!r}") from None


def _url(address: tuple[str, int]) -> str:
    return f"http://{address[0]}:{address[1]}"


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-20:])
