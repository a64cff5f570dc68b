"""What the hub adds to the time of a message at half load, beside a direct call."""

from bench.load import Outcome, pace
from bench.messages import KILOBYTE
from bench.report import Budget, Figure
from bench.stage import Stage, direct_location_request, location_request, measured

P50 = Budget(1.0, "< 1 ms")
P99 = Budget(5.0, "< 5 ms")
DISTINCT = 500


def most(stage: Stage) -> float:
    """Requests per second that the hub answers at most, found now."""
    requests = [location_request(stage, KILOBYTE) for _ in range(DISTINCT)]
    effort = stage.effort
    measured(stage.hub.web, stage.hub.address, requests, effort.connections, effort.warm_up)
    run = measured(stage.hub.web, stage.hub.address, requests, effort.connections, effort.seconds)
    return run.outcome.per_second


def measure(stage: Stage) -> tuple[list[Figure], list[str]]:
    """Figures and notes."""
    half = most(stage) / 2
    effort = stage.effort
    stage.say(f"latency at {half:.0f}/s")
    through = [location_request(stage, KILOBYTE) for _ in range(DISTINCT)]
    straight = [direct_location_request(KILOBYTE) for _ in range(DISTINCT)]
    seconds = effort.seconds * 1.5
    hub: list[Outcome] = []
    direct: list[Outcome] = []
    for number in range(effort.rounds):
        direct.append(pace(stage.upstream, straight, effort.connections, seconds, half))
        hub.append(pace(stage.hub.address, through, effort.connections, seconds, half))
        stage.say(
            f"latency, round {number + 1} of {effort.rounds}: p50 {hub[-1].p50 * 1000:.2f} ms, "
            f"p99 {hub[-1].p99 * 1000:.2f} ms, direct {direct[-1].p50 * 1000:.2f} and "
            f"{direct[-1].p99 * 1000:.2f} ms"
        )
    figures = [
        _added("p50", P50, [run.p50 for run in hub], [run.p50 for run in direct]),
        _added("p99", P99, [run.p99 for run in hub], [run.p99 for run in direct]),
    ]
    notes = [f"latency: measured at {half:.0f} requests per second, half of the hub's most"]
    if failed := sum(run.failed for run in (*hub, *direct)):
        notes.append(f"latency: {failed} bad answers, not counted")
    return figures, notes


def _added(name: str, budget: Budget, hub: list[float], direct: list[float]) -> Figure:
    through, straight = min(hub) * 1000, min(direct) * 1000
    added = through - straight
    return Figure(
        f"half load: {name} added", added, "ms", straight, "direct call", through / straight,
        budget, added,
    )  # fmt: skip
