"""Forwarding, as fast as one web process on one core can, beside nginx on the same core.

GET: an eMSP asks a CPO for a location of 1 kB or 16 kB. PUT: a CPO pushes a session of that size to
an eMSP, and the hub keeps the eMSP's copy. Whoever is measured first in a round is not always the
same; of all rounds the best of each counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.messages import CPO, KILOBYTE, MSP, SIZES, VERSION, encode, endpoint, request, session
from bench.report import Budget, Figure
from bench.stage import Run, Stage, direct_location_request, location_request, measured

RATE = Budget(1 / 7, ">= 1/7", at_least=True)
DISTINCT = 500  # requests with message ids of their own, sent in turn; the PUTs of one session each
UNITS = {"rate": "/s", "CPU per message": "us", "p50": "ms", "p99": "ms"}
SESSION = "S-FIRST"
SESSIONS_TABLE = "charging_sessions_session"


@dataclass(frozen=True, slots=True)
class Load:
    """One kind of message, as it is sent to the hub and as it is sent past it."""

    name: str
    to_hub: Sequence[bytes]
    past_hub: Sequence[bytes]
    kept: int


def gets(stage: Stage, size: int) -> Load:
    return Load(
        f"GET {size // KILOBYTE} kB",
        [location_request(stage, size) for _ in range(DISTINCT)],
        [direct_location_request(size) for _ in range(DISTINCT)],
        kept=0,
    )


def puts(stage: Stage, size: int) -> Load:
    token = stage.hub.tokens[CPO.name]
    body = encode(session(size, SESSION))
    own = f"/ocpi/{VERSION}/receiver/sessions"
    theirs = endpoint(MSP, "sessions", "RECEIVER")

    def made(base: str, number: int) -> bytes:
        content = body.replace(SESSION.encode(), f"S{number:06}".encode())
        return request("PUT", f"{base}/NL/CPO/S{number:06}", token, CPO, MSP, content)

    return Load(
        f"PUT {size // KILOBYTE} kB, kept",
        [made(own, number) for number in range(DISTINCT)],
        [made(theirs, number) for number in range(DISTINCT)],
        kept=DISTINCT,
    )


def measure(stage: Stage) -> tuple[list[Figure], list[str]]:
    """Figures and notes for every kind of message."""
    figures: list[Figure] = []
    notes: list[str] = []
    for make in (gets, puts):
        for size in SIZES:
            load = make(stage, size)
            dropped = stage.hub.counted("hub_log_dropped_total")
            runs = rounds(stage, load)
            figures += _figures(load, runs)
            notes += _notes(load, runs)
            if lost := stage.hub.counted("hub_log_dropped_total") - dropped:
                notes.append(f"{load.name}: the message log gave up {lost:.0f} rows or bodies")
            sent = max(run.outcome.answered for run in runs["hub"])
            if (kept := stage.hub.kept(SESSIONS_TABLE)) < min(load.kept, sent):
                notes.append(f"{load.name}: the hub kept {kept} sessions of {load.kept}")
    return figures, notes


def rounds(stage: Stage, load: Load) -> dict[str, list[Run]]:
    """The runs of the hub and of the references that there are, in turn."""
    targets = [("hub", stage.hub.web, stage.hub.address, load.to_hub)]
    for name, proxy in (("nginx", stage.nginx), ("bare proxy", stage.bare)):
        if proxy is not None and not (load.kept and proxy is stage.bare):
            targets.append((name, proxy.pid, proxy.address, load.past_hub))
    runs: dict[str, list[Run]] = {name: [] for name, *_ in targets}
    effort = stage.effort
    for number in range(effort.rounds):
        for name, pid, address, requests in targets[:: 1 if number % 2 == 0 else -1]:
            if number == 0:
                measured(pid, address, requests, effort.connections, effort.warm_up)
            run = measured(pid, address, requests, effort.connections, effort.seconds)
            runs[name].append(run)
            stage.say(
                f"{load.name}, {name}, round {number + 1} of {effort.rounds}: "
                f"{run.outcome.per_second:.0f}/s, {run.microseconds:.0f} us, "
                f"busy {run.busy:.0%}"
            )
    return runs


def _figures(load: Load, runs: Mapping[str, Sequence[Run]]) -> list[Figure]:
    """The budget is for the rate of forwarding beside nginx. Where the hub keeps a copy, it does
    what nginx does not, and the ratio only informs."""
    best = {name: _best(found) for name, found in runs.items()}
    hub, nginx, bare = best["hub"], best.get("nginx", {}), best.get("bare proxy", {})
    figures = []
    for what, unit in UNITS.items():
        name, reference = f"{load.name}: {what}", nginx.get(what)
        if reference is None:
            figures.append(Figure(name, hub[what], unit))
            continue
        ratio = hub[what] / reference
        budget = RATE if what == "rate" and not load.kept else None
        figures.append(Figure(name, hub[what], unit, reference, "nginx", ratio, budget, ratio))
    for what in ("rate", "CPU per message") if bare else ():
        ratio = hub[what] / bare[what]
        name = f"{load.name}: {what}, beside Python"
        figures.append(Figure(name, hub[what], UNITS[what], bare[what], "bare proxy", ratio))
    return figures


def _best(runs: Sequence[Run]) -> dict[str, float]:
    """The best that was seen of each figure."""
    return {
        "rate": max(run.outcome.per_second for run in runs),
        "CPU per message": min(run.microseconds for run in runs),
        "p50": min(run.outcome.p50 for run in runs) * 1000,
        "p99": min(run.outcome.p99 for run in runs) * 1000,
    }


def _notes(load: Load, runs: Mapping[str, Sequence[Run]]) -> list[str]:
    notes = []
    for name, found in runs.items():
        rates = [run.outcome.per_second for run in found]
        if rates and min(rates) < 0.85 * max(rates):
            notes.append(f"{load.name}: noisy, {name} {min(rates):.0f} to {max(rates):.0f}/s")
        busy = max((run.busy for run in found), default=1.0)
        if busy < 0.9:
            notes.append(f"{load.name}: {name} was kept busy {busy:.0%} of the time only")
        failed = sum(run.outcome.failed for run in found)
        if failed:
            text = next(run.outcome.failure for run in found if run.outcome.failed)
            notes.append(f"{load.name}: {failed} bad answers of {name}, not counted: {text[:200]}")
    return notes
