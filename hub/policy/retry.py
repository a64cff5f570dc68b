"""What a delivery's outcome means: done, try again at some moment, or give up with a reason.

The budget is a few minutes, as long as a server takes to restart, and short on purpose: OCPI pushes
SHOULD NOT be queued; a platform that stays away is brought up to date when it returns.
spec: transport_and_format_offline_behaviour
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from msgspec import Struct

from hub.ocpi.status import Code

BACK_OFF_SECONDS = (1.0, 3.0, 10.0, 30.0, 60.0, 120.0)
LEASE_SECONDS = 90.0
# Nobody is believed to mean a longer Retry-After.
LONGEST_WAIT_SECONDS = 3600.0


class Outcome(Struct, frozen=True):
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


@dataclass(frozen=True, slots=True)
class Follow:
    """Not taken because the receiver does not know the object: it gets the whole of it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Not taken because the receiver refuses the hub's token: it would refuse everything."""

    reason: str


Verdict = Done | RetryAt | Drop | Follow | Pause

UNKNOWN_THERE = frozenset({Code.UNKNOWN_LOCATION})
REFUSES_TOKEN = frozenset({401, 403})


def verdict(
    outcome: Outcome,
    attempt: int,
    now: datetime,
    jitter: float,
    back_off: Sequence[float] = BACK_OFF_SECONDS,
    *,
    is_part: bool = False,
) -> Verdict:
    """What to do after the `attempt`th try (from 1). `jitter` is a random number from 0 to 1;
    `is_part` says that a part of an object was sent, a PATCH or a nested one."""
    if (
        outcome.http is not None
        and 200 <= outcome.http < 300
        and 1000 <= (outcome.code or 0) < 2000
    ):
        return Done()
    reason = _reason(outcome)
    if outcome.http in REFUSES_TOKEN:
        return Pause(reason)
    if is_part and (outcome.http == 404 or outcome.code in UNKNOWN_THERE):
        return Follow(f"{reason}: unknown there")
    if not _worth_retrying(outcome):
        return Drop(reason)
    if attempt > len(back_off):
        return Drop(f"{reason}; given up after {attempt} attempts")
    seconds = back_off[attempt - 1] * (0.8 + 0.4 * jitter)
    return RetryAt(now + timedelta(seconds=max(seconds, outcome.retry_after or 0.0)), reason)


def retry_after(header: str, now: datetime) -> float | None:
    """Seconds of a Retry-After header, in either of its forms; None when absent or unreadable."""
    value = header.strip()
    if not value:
        return None
    if value.isdecimal():
        return min(float(value), LONGEST_WAIT_SECONDS)
    try:
        seconds = (parsedate_to_datetime(value) - now).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(0.0, seconds), LONGEST_WAIT_SECONDS)


def lease_until(now: datetime) -> datetime:
    """Until when a booked attempt counts as being under way: past two time limits, as most of a
    window may wait for the answer to another part of it."""
    return now + timedelta(seconds=LEASE_SECONDS)


def _worth_retrying(outcome: Outcome) -> bool:
    if outcome.http is None:
        return outcome.code in (Code.TIMEOUT, Code.CONNECTION_PROBLEM)
    return outcome.http == 429 or outcome.http >= 500


def _reason(outcome: Outcome) -> str:
    if outcome.http is None:
        return "no answer in time" if outcome.code == Code.TIMEOUT else "no connection"
    return f"HTTP {outcome.http}" + (f", status_code {outcome.code}" if outcome.code else "")
