"""Runs the benchmarks: python -m bench [--quick] [--json FILE] [names...]."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from bench import (
    check,
    deliver,
    forward,
    hub,
    latency,
    lists,
    neighbours,
    pages,
    status,
    waiting,
)
from bench.load import Broken
from bench.machine import Cores, allow_many_files, description
from bench.report import Figure, Report
from bench.stage import FULL, QUICK, Effort, Stage
from config.registry import load

Benchmark = Callable[[Stage], tuple[list[Figure], list[str]]]
BENCHMARKS: dict[str, Benchmark] = {
    "forward": forward.measure,
    "latency": latency.measure,
    "waiting": waiting.measure,
    "check": check.measure,
    "status": status.measure,
    "lists": lists.measure,
    "pages": pages.measure,
    "deliver": deliver.measure,
}
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
NO_NGINX = (
    "nginx is not on this machine: figures without their reference, and no verdict on the rate"
)
ONE_CORE = "one core for everything: the load generator and the platforms take part of it"


def run(names: Sequence[str], effort: Effort) -> Report:
    """Starts everything, measures, stops everything."""
    machine = description()
    notes: list[str] = []
    figures: list[Figure] = []
    allow_many_files()
    cores = Cores.of_this_machine()
    cores.keep_off()
    began = time.monotonic()
    with ExitStack() as stack:
        print("starting the platforms and a hub", file=sys.stderr, flush=True)
        upstream = stack.enter_context(neighbours.upstream(effort.slow_seconds))
        program = neighbours.nginx_program()
        nginx = stack.enter_context(neighbours.nginx(program, upstream, cores)) if program else None
        bare = stack.enter_context(neighbours.bare(upstream, cores))
        running = stack.enter_context(hub.running(upstream, cores))
        stage = Stage(running, upstream, nginx, bare, effort, began)
        stage.say("the hub is ready")
        notes += [
            text for text, said in ((NO_NGINX, not nginx), (ONE_CORE, not cores.apart)) if said
        ]
        for name in names:
            found, remarks = BENCHMARKS[name](stage)
            figures += found
            notes += remarks
        stage.say("stopping")
    return Report(machine, effort is QUICK, figures, notes)


def interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Once: what was started is stopped within seconds, and must not be interrupted."""
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def main() -> int:
    arguments = argparse.ArgumentParser(prog="bench", description="measure the hub")
    arguments.add_argument("--quick", action="store_true", help="less of everything, under 40 s")
    arguments.add_argument("--json", type=Path, metavar="FILE", help="where results are written")
    arguments.add_argument("names", nargs="*", help=f"some of: {', '.join(BENCHMARKS)}")
    chosen = arguments.parse_args()
    if unknown := set(chosen.names) - BENCHMARKS.keys():
        arguments.error(f"no benchmark is called {', '.join(sorted(unknown))}")
    if sys.platform != "linux":
        sys.exit("the benchmarks need Linux: they pin processes to cores and read /proc")
    path = chosen.json or load(os.environ).data_dir / "bench.json"
    for number in STOPPING:
        signal.signal(number, interrupt)
    try:
        report = run(chosen.names or list(BENCHMARKS), QUICK if chosen.quick else FULL)
    except KeyboardInterrupt:
        return 130
    except (Broken, hub.NotRunning, neighbours.NotStarted) as error:
        print(f"the benchmarks broke off: {error}", file=sys.stderr)
        return 1
    print(report.table())
    report.write(path)
    print(f"results are in {path}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
