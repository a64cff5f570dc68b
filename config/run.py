"""Runs a whole hub in the foreground: python -m config.run [--demo [--once]].

Starts what the settings do not point at elsewhere (PostgreSQL, Valkey), prepares the database, then
keeps web, worker and beat running until a signal, and stops everything in order.
"""

import signal

if __name__ == "__main__":  # until `main` there is nothing to stop, so a signal just ends it
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import argparse
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from config import interrupts, places, serve, services
from config.embedded import DirectoryLock, Postgres, StartError, Valkey, appending
from config.places import Unreachable
from config.probe import missing_at, readyz_url, refuse_taken_port
from config.processes import Process
from config.registry import Settings, SettingsError, load
from config.secret import ADMIN, PASSWORD_FILE
from config.terminal import Pump, Terminal

ROOT = Path(__file__).resolve().parent.parent
ROLES = ("web", "worker", "beat")
# In this order. PostgreSQL, which loses most by being killed, gets what is left of the whole.
STOP_SECONDS = {"sandbox": 1.5, "beat": 1.0, "worker": 2.5, "web": 2.5}
STOP_SECONDS_IN_ALL = 9.5
READY_SECONDS = 60.0
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 60.0  # a child that ran this long starts again without a pause
PROGRESS = ("migrating", "made")  # how lines of config.prepare begin that are worth showing
WARNING = "warning:"  # and those that stay to be read
LOOPBACK = "127.0.0.0/8,::1/128"


@dataclass
class Child:
    """A process that is started again when it ends, later each time."""

    process: Process
    pump: Pump | None = None
    started: float = 0.0
    pause: float = 0.0
    due: float | None = None  # when to start it again


@dataclass
class Runner:
    hub: Settings
    demo: bool
    once: bool
    terminal: Terminal
    children: dict[str, Child] = field(default_factory=dict)
    valkey: Valkey | None = None
    postgres: Postgres | None = None
    metrics: Path | None = None
    hurry: bool = False
    env: dict[str, str] = field(default_factory=dict)

    def run(self) -> int:
        lock = DirectoryLock(self.hub.data_dir)
        lock.take()
        try:
            self._start()
            return self._watch()
        except KeyboardInterrupt:
            return 0
        finally:
            for number in interrupts.STOPPING:
                signal.signal(number, self._hurry)
            self._stop()
            lock.release()

    # -- starting

    def _start(self) -> None:
        refuse_taken_port(self.hub)
        self._start_servers()
        self.env = self._environment()
        self._prepare()
        interrupts.notice()
        for role in ROLES:
            self._add(role, serve.command(role, self.hub))
        self._wait_until_ready()
        self._announce()
        if self.demo:
            self._add("sandbox", self._sandbox())

    def _start_servers(self) -> None:
        """PostgreSQL and Valkey, as far as the settings name none."""
        log = self.hub.data_dir / "log"
        if not self.hub.redis_url:
            self.terminal.step("starting Valkey")
            self.valkey = Valkey(self.hub.data_dir)
            self.valkey.start(log / "valkey.log")
            interrupts.notice()
        if not self.hub.database_url:
            new = not (self.hub.data_dir / "postgres").exists()
            self.terminal.step("making the database" if new else "starting PostgreSQL")
            self.postgres = Postgres(self.hub.data_dir)
            self.postgres.start(log / "postgres.log")
            interrupts.notice()

    def _environment(self) -> dict[str, str]:
        """What every child gets; management commands find the settings in it in services.json."""
        self.metrics = places.metrics_dir(self.hub.data_dir)
        environment = {
            **os.environ,
            "HUB_DATA_DIR": str(self.hub.data_dir),
            "PROMETHEUS_MULTIPROC_DIR": str(self.metrics),
            "PYTHONUNBUFFERED": "1",
        }
        if self.postgres:
            environment["DATABASE_URL"] = self.postgres.url
        if self.valkey:
            environment["REDIS_URL"] = self.valkey.url
        if self.demo:  # the sandbox listens on loopback
            environment["HUB_EGRESS_ALLOW"] = environment.get("HUB_EGRESS_ALLOW") or LOOPBACK
        services.write(self.hub.data_dir, environment)
        return environment

    def _prepare(self) -> None:
        self.terminal.step("preparing the database")
        process = Process("prepare", [sys.executable, "-m", "config.prepare"], self.env, cwd=ROOT)
        process.start(subprocess.PIPE)
        assert process.popen and process.popen.stdout
        said = []
        try:
            for line in process.popen.stdout:
                said.append(line.rstrip())
                if line.startswith(PROGRESS):
                    self.terminal.step(line.rstrip())
                if line.startswith(WARNING):
                    self.terminal.line("hub", line.rstrip())
            code = process.popen.wait()
        finally:
            process.stop(0)
        if code != 0:
            raise StartError("preparing the database failed:\n  " + "\n  ".join(said[-15:]))

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while missing := missing_at(readyz_url(self.hub)):
            interrupts.notice()
            self.terminal.step(f"waiting for {missing}")
            self._restart_fallen()
            broken = [name for name, child in self.children.items() if child.pause > 1]
            if broken or time.monotonic() > deadline:
                raise StartError(f"the hub did not become ready: {missing}")
            time.sleep(0.1)

    def _announce(self) -> None:
        self.terminal.line("hub", f"ready: {self.hub.public_url}/ocpi/versions")
        password = self.hub.data_dir / PASSWORD_FILE
        if password.exists():
            login = f"{ADMIN} / {password.read_text().strip()}"
            self.terminal.line("hub", f"operator's pages: {self.hub.public_url}/admin/  {login}")

    def _sandbox(self) -> list[str]:
        options = ["--play", *(["--once"] if self.once else [])]
        return [sys.executable, "manage.py", "sandbox", *options]

    # -- watching

    def _add(self, name: str, command: list[str]) -> None:
        self.children[name] = Child(Process(name, command, self.env, cwd=ROOT))
        self._launch(self.children[name])

    def _launch(self, child: Child) -> None:
        process = child.process
        child.started, child.due = time.monotonic(), None
        if process.name == "sandbox":  # tells the session's story itself, in colours of its own
            process.start(None)
            return
        process.start(subprocess.PIPE)
        assert process.popen and process.popen.stdout
        log = self.hub.data_dir / "log" / f"{process.name}.log"
        file = appending(log) if self.demo else None
        child.pump = Pump(process.name, process.popen.stdout, self.terminal, file).start()

    def _watch(self) -> int:
        while True:
            interrupts.notice()
            sandbox = self.children.get("sandbox")
            if sandbox and not sandbox.process.alive and self._sandbox_ended(sandbox):
                return sandbox.process.code or 0
            self._restart_fallen()
            self._restart_servers()
            time.sleep(0.2)

    def _sandbox_ended(self, sandbox: Child) -> bool:
        """True if the hub ends with it; else the hub stays up, for whoever looks for the reason."""
        if self.once:
            return True
        self.terminal.line("hub", f"the sandbox ended with exit code {sandbox.process.code}")
        del self.children["sandbox"]
        return False

    def _restart_fallen(self) -> None:
        now = time.monotonic()
        for name, child in self.children.items():
            if name == "sandbox" or child.process.alive:
                continue
            if child.due is None:
                steady = now - child.started > STEADY_SECONDS
                child.pause = 0.5 if steady else min(max(0.5, child.pause * 2), LONGEST_PAUSE)
                child.due = now + child.pause
                self._report(name, child)
                child.process.stop(0)  # what its group left behind
            elif now >= child.due:
                self._launch(child)

    def _report(self, name: str, child: Child) -> None:
        text = f"ended with exit code {child.process.code}; starting again in {child.pause:.1f} s"
        if child.pump and self.demo:
            for line in child.pump.last:
                self.terminal.line(name, line)
        self.terminal.line("hub", f"{name} {text}")

    def _restart_servers(self) -> None:
        log = self.hub.data_dir / "log"
        for server in (self.valkey, self.postgres):
            if server and not server.process.alive:
                name = server.process.name
                self.terminal.line("hub", f"{name} ended (see {log / name}.log); starting it again")
                server.start(log / f"{name}.log")

    # -- stopping

    def _stop(self) -> None:
        """A second signal while this runs ends the waiting for all but PostgreSQL."""
        began = time.monotonic()
        for name, seconds in STOP_SECONDS.items():
            if name in self.children:
                self.terminal.step(f"stopping {name}")
                self.children[name].process.stop(seconds, self._hurried)
        services.forget(self.hub.data_dir)
        if self.metrics:
            shutil.rmtree(self.metrics, ignore_errors=True)
        if self.valkey:
            self.terminal.step("stopping Valkey")
            self.valkey.stop(0.5)
        if self.postgres:
            self.terminal.step("stopping PostgreSQL")
            self.postgres.stop(STOP_SECONDS_IN_ALL - (time.monotonic() - began))
        self.terminal.line("hub", "stopped")

    def _hurried(self) -> bool:
        return self.hurry

    def _hurry(self, _signal: int, _frame: FrameType | None) -> None:
        self.hurry = True


def main() -> int:
    arguments = argparse.ArgumentParser(prog="config.run", description="run a hub")
    arguments.add_argument("--demo", action="store_true", help="with simulated platforms")
    arguments.add_argument("--once", action="store_true", help="end when the demo's session ended")
    chosen = arguments.parse_args()
    serve.allow_many_connections()
    terminal = Terminal(quiet=chosen.demo)
    try:
        interrupts.install()
        return Runner(load(os.environ), chosen.demo, chosen.once, terminal).run()
    except KeyboardInterrupt:  # before anything was started
        return 0
    except (SettingsError, StartError, Unreachable) as error:
        terminal.plain(str(error))
        return 2


if __name__ == "__main__":
    sys.exit(main())
