"""When failing requests make a platform OFFLINE: so many in a row, over so long, no answer between.

The count is kept by whoever calls; nothing here reads the clock. What counts as a failure is in
hub.policy.liveness. Once open, the breaker is the status OFFLINE: requests are refused with 4003 at
once, still-alive checks are its probes, and one answer closes it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

# A restart of a partner's server takes seconds, and is no news for all others.
FAILURES = 5
LASTING = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Streak:
    """Failures in a row, and when the first and the last of them was."""

    failures: int = 0
    since: datetime | None = None
    last: datetime | None = None


def failed(streak: Streak, moments: tuple[datetime, ...]) -> Streak:
    """The streak with more failures, at these moments."""
    first, last = min(moments), max(moments)
    return Streak(
        streak.failures + len(moments),
        min(streak.since or first, first),
        max(streak.last or last, last),
    )


def answered(streak: Streak, at: datetime) -> Streak:
    """The streak after an answer: it ends, unless the answer is older than the last failure, which
    another process has seen."""
    return streak if streak.last is not None and at < streak.last else Streak()


def opens(streak: Streak) -> bool:
    """Whether that is enough to go OFFLINE."""
    return (
        streak.failures >= FAILURES
        and streak.since is not None
        and streak.last is not None
        and streak.last - streak.since >= LASTING
    )
