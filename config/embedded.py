"""The hub's own PostgreSQL and Valkey: started as children, found again after a crash.

Both listen on Unix sockets that only their owner (and root) can reach, so there is no password and
no port. Whoever starts them holds the data directory's lock.
"""

import fcntl
import os
import shutil
import signal
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psutil
import psycopg

from config import places
from config.processes import Process

# Modest, for a hub that shares the machine with other things; your own server is tuned by you.
POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "synchronous_commit": "on",
    "jit": "off",  # no query here runs long enough to earn its compilation
    "log_checkpoints": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# Nothing is kept over a stop: what Redis knows, the hub can lose.
VALKEY_SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "save": "",
    "appendonly": "no",
    "daemonize": "no",
    "maxmemory-policy": "noeviction",
}
DATABASE = "hub"
LOG_LIMIT = 10 * 1024 * 1024


class StartError(Exception):
    """The hub cannot start; the text says why and what to do."""


@dataclass
class Postgres:
    """One cluster. `start` returns when it accepts connections and the database exists."""

    data_dir: Path
    settings: Mapping[str, str] = field(default_factory=dict)  # over POSTGRES_SETTINGS
    process: Process = field(init=False)
    programs: Path = field(init=False)
    cluster: Path = field(init=False)
    sockets: Path = field(init=False)

    def __post_init__(self) -> None:
        account = places.account()
        self.cluster = places.cluster(self.data_dir, account)
        self.sockets = places.socket_dir(self.cluster, account)
        self.programs = places.programs(account)
        settings = POSTGRES_SETTINGS | {"unix_socket_directories": str(self.sockets)}
        settings |= self.settings
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.process = Process(
            name="postgres",
            command=[str(self.programs / "postgres"), "-D", str(self.cluster), *options],
            env=ENVIRONMENT,
            cwd=self.cluster,
            stop_signal=signal.SIGINT,  # "fast": ends sessions, checkpoints, exits
            account=account,
        )

    @property
    def url(self) -> str:
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={quote(str(self.sockets), safe='')}"

    def start(self, log: Path) -> None:
        self._initialise(log)
        self._stop_leftover()
        with appending(log) as file:
            self.process.start(file)
        wait(self._ready, self.process, log, seconds=60)

    def stop(self, seconds: float) -> None:
        if not self.process.stop(seconds):
            return  # killed: the next start replays its journal
        if self.sockets != self.cluster:
            shutil.rmtree(self.sockets, ignore_errors=True)

    def _initialise(self, log: Path) -> None:
        version = self.cluster / "PG_VERSION"  # one of the first files that initdb writes
        unfinished = self.data_dir / "postgres.unfinished"
        if version.exists() and not unfinished.exists():
            if version.read_text().strip() != str(places.VERSION):
                raise StartError(
                    f"{self.cluster} was made by PostgreSQL {version.read_text().strip()}, and this"
                    f" hub runs {places.VERSION}: see docs/operations.md, Upgrading"
                )
            return
        unfinished.touch()
        for child in self.cluster.iterdir():  # of an initdb that was interrupted: no data yet
            shutil.rmtree(child) if child.is_dir() else child.unlink()
        initdb = Process(
            name="initdb",
            command=[
                *(str(self.programs / "initdb"), "-D", str(self.cluster), "--username=postgres"),
                # The same order and case rules on every machine, whatever its locales.
                *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin"),
                *("--builtin-locale=C.UTF-8", "--auth=trust", "--no-instructions"),
            ],
            env=ENVIRONMENT,
            cwd=self.cluster,
            account=self.process.account,
        )
        with appending(log) as file:
            initdb.start(file)
            assert initdb.popen is not None
            try:
                code = initdb.popen.wait()
            finally:
                initdb.stop(0)  # after a signal to stop: what it has written counts for nothing
        if code != 0:
            raise StartError(f"making the database failed; the end of {log}:\n{tail(log)}")
        unfinished.unlink()

    def _stop_leftover(self) -> None:
        """Of a runner that was killed. A pid alone proves nothing: pids are used again."""
        pid_file = self.cluster / "postmaster.pid"
        with suppress(OSError, ValueError, IndexError, psutil.Error):
            process = psutil.Process(int(pid_file.read_text().split()[0]))
            if process.name().startswith("postgres") and process.cwd() == str(self.cluster):
                process.send_signal(signal.SIGINT)
                with suppress(psutil.TimeoutExpired):
                    process.wait(10)
                if process.is_running():
                    process.send_signal(signal.SIGQUIT)
                    process.wait(10)
        pid_file.unlink(missing_ok=True)

    def _ready(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=5).close()
        except psycopg.OperationalError as refused:
            if f'database "{DATABASE}" does not exist' in str(refused):
                with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
                    connection.execute(f"CREATE DATABASE {DATABASE}")
                return True
            return False
        return True


@dataclass
class Valkey:
    """One Valkey server, empty at every start."""

    data_dir: Path
    process: Process = field(init=False)
    socket: Path = field(init=False)

    def __post_init__(self) -> None:
        home = self.data_dir / "valkey"
        home.mkdir(mode=0o700, exist_ok=True)
        self.socket = places.socket_dir(home, None) / "valkey.sock"
        settings = VALKEY_SETTINGS | {"dir": str(home), "unixsocket": str(self.socket)}
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        program = str(places.valkey_program())
        self.process = Process("valkey", [program, *options], ENVIRONMENT, cwd=home)

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket))}"

    def start(self, log: Path) -> None:
        self.say("SHUTDOWN NOSAVE")  # to one left over by a runner that was killed
        with appending(log) as file:
            self.process.start(file)
        wait(lambda: self.say("PING").startswith("+PONG"), self.process, log, seconds=20)

    def stop(self, seconds: float) -> None:
        self.process.stop(seconds)
        self.socket.unlink(missing_ok=True)
        if self.socket.parent != self.data_dir / "valkey":
            shutil.rmtree(self.socket.parent, ignore_errors=True)

    def say(self, command: str) -> str:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(5)
                connection.connect(str(self.socket))
                connection.sendall(command.encode() + b"\r\n")
                return connection.recv(100).decode()
        except OSError:
            return ""


class DirectoryLock:
    """The right to run a hub on a data directory; the kernel takes it back when the holder dies."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / "hub.lock"
        self.file: IO[str] | None = None

    def take(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            file = self.path.open("a+")
        except OSError as error:
            raise StartError(
                f"the data directory {self.path.parent} cannot be used ({error.strerror}): choose"
                " another with HUB_DATA_DIR"
            ) from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            file.close()
            raise StartError(
                f"a hub (process {holder}) is already running on data directory {self.path.parent}:"
                " stop it, or choose another with HUB_DATA_DIR"
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        self.file = file

    def release(self) -> None:
        if self.file:
            self.file.close()


# No variable of ours concerns the servers, and PG* or LC_* of the caller would change them.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def wait(ready: Callable[[], bool], process: Process, log: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        if not process.alive:
            raise StartError(f"{process.name} did not start; the end of {log}:\n{tail(log)}")
        if time.monotonic() > deadline:
            process.stop(2)
            raise StartError(f"{process.name} was not ready within {seconds:.0f} s: see {log}")
        time.sleep(0.02)


def appending(log: Path) -> IO[str]:
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    return log.open("a")


def tail(log: Path) -> str:
    return "\n".join("  " + line for line in log.read_text(errors="replace").splitlines()[-12:])
