"""What a delivery's outcome means: done, try again at some moment, or give up with a reason.

The budget is short on purpose: OCPI pushes SHOULD NOT be queued; a platform that stays away is
brought up to date when it returns. spec: transport_and_format_offline_behaviour
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.ocpi.status import Code

BACK_OFF_SECONDS = (1.0, 3.0, 10.0, 30.0)
LEASE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back: an HTTP status and OCPI code, or the hub's own code for no answer at all."""

    http: int | None
    code: int | None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The receiver took it."""


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Not taken, and worth another try."""

    due: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Drop:
    """Not taken, and another try would end the same way."""

    reason: str


Verdict = Done | RetryAt | Drop


def verdict(outcome: Outcome, attempt: int, now: datetime, jitter: float) -> Verdict:
    """What to do after the `attempt`th try (from 1). `jitter` is a random number from 0 to 1."""
    if (
        outcome.http is not None
        and 200 <= outcome.http < 300
        and 1000 <= (outcome.code or 0) < 2000
    ):
        return Done()
    reason = _reason(outcome)
    if not _worth_retrying(outcome):
        return Drop(reason)
    if attempt > len(BACK_OFF_SECONDS):
        return Drop(f"{reason}; given up after {attempt} attempts")
    seconds = BACK_OFF_SECONDS[attempt - 1] * (0.8 + 0.4 * jitter)
    return RetryAt(now + timedelta(seconds=max(seconds, outcome.retry_after or 0.0)), reason)


def lease_until(now: datetime) -> datetime:
    """Until when a booked attempt counts as being under way: past every time limit."""
    return now + timedelta(seconds=LEASE_SECONDS)


def _worth_retrying(outcome: Outcome) -> bool:
    if outcome.http is None:
        return outcome.code in (Code.TIMEOUT, Code.CONNECTION_PROBLEM)
    return outcome.http == 429 or outcome.http >= 500


def _reason(outcome: Outcome) -> str:
    if outcome.http is None:
        return "no answer in time" if outcome.code == Code.TIMEOUT else "no connection"
    return f"HTTP {outcome.http}" + (f", status_code {outcome.code}" if outcome.code else "")
