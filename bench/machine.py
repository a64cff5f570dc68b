"""The machine the benchmarks run on: cores, what a process costs, how many files may be open."""

import os
import platform
import resource
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil

PER_WAITING_FORWARD = 2  # open files of the web process: one connection in, one out


@dataclass(frozen=True, slots=True)
class Cores:
    """The core of the process that is measured, and those of everything else.

    With one core there is nothing to keep apart: both are the same then.
    """

    measured: int
    others: frozenset[int]

    @classmethod
    def of_this_machine(cls) -> "Cores":
        allowed = os.sched_getaffinity(0)
        measured = max(allowed)
        return cls(measured, frozenset(allowed - {measured} or allowed))

    @property
    def apart(self) -> bool:
        return self.measured not in self.others

    def keep_off(self) -> None:
        """Moves this process, and all it starts from now on, off the measured core."""
        os.sched_setaffinity(0, self.others)

    def put_on(self, pid: int) -> None:
        """Moves a process with all its threads to the measured core."""
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {self.measured})


def cpu_seconds(pid: int) -> float:
    """CPU time a process has used, in all its threads and in the kernel."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def resident_bytes(pid: int) -> int:
    return int(psutil.Process(pid).memory_info().rss)


def allow_many_files() -> None:
    """As many open files as this process may have; what it starts inherits the limit."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65536 if most == resource.RLIM_INFINITY else min(65536, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def most_waiting() -> int:
    """How many forwards may wait before the web process runs out of files."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return (files - 1000) // PER_WAITING_FORWARD


def description() -> dict[str, object]:
    """What a reader needs to compare results: no names, no addresses."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "system": sys.platform,
    }
