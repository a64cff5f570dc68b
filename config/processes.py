"""One child process: started in a group of its own, stopped with a deadline, never left behind."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Account:
    """A system account to run as."""

    uid: int
    gid: int


@dataclass
class Process:
    """How to start it, how to stop it, and the process while it runs.

    `stop_signal` also comes from the kernel, on Linux, when this process dies without saying
    goodbye (SIGKILL, out of memory). The kernel counts from the thread that started the child, so
    start children from the main thread.
    """

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    cwd: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    account: Account | None = None
    popen: "subprocess.Popen[str] | None" = field(default=None, init=False)

    def start(self, output: int | IO[str] | None) -> None:
        """`output`: a file, subprocess.PIPE, or None for this process's own stdout and stderr."""
        self.popen = subprocess.Popen(
            list(self.command),
            env=dict(self.env),
            cwd=self.cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output is not None else None,
            text=True,
            errors="replace",
            bufsize=1,
            # Its own group: Ctrl-C in the terminal reaches the runner only, which stops in order.
            process_group=0,
            user=self.account.uid if self.account else None,
            group=self.account.gid if self.account else None,
            extra_groups=[] if self.account else None,
            preexec_fn=self._die_with_parent if LIBC else None,  # noqa: PLW1509  # one system call
        )

    def _die_with_parent(self) -> None:
        assert LIBC is not None
        LIBC.prctl(PR_SET_PDEATHSIG, int(self.stop_signal))

    @property
    def alive(self) -> bool:
        return self.popen is not None and self.popen.poll() is None

    @property
    def code(self) -> int | None:
        return self.popen.poll() if self.popen else None

    def stop(self, seconds: float, hurried: Callable[[], bool] = lambda: False) -> bool:
        """Asks, waits, then kills; what is left of its group goes too.

        True if it went by itself. `hurried` becoming true ends the waiting.
        """
        if self.popen is None:
            return True
        if self.alive:
            with suppress(ProcessLookupError):
                self.popen.send_signal(self.stop_signal)
        willing = self._wait(seconds, hurried)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()
        return willing

    def _wait(self, seconds: float, hurried: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + seconds
        while self.alive and time.monotonic() < deadline and not hurried():
            time.sleep(0.02)
        return not self.alive
