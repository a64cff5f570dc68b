"""A delivery that is due, and what an attempt at it came to."""

from dataclasses import dataclass
from datetime import datetime

from hub.policy.retry import Verdict


@dataclass(frozen=True, slots=True)
class Due:
    """One delivery whose next attempt is booked; `attempts` counts this one."""

    id: int
    platform_id: int
    party: str
    object: str
    attempts: int
    created_at: datetime
    module: str
    method: str
    tail: str
    query: str
    body: bytes
    owner: str
    from_party: str
    correlation_id: str
    request_id: str


@dataclass(frozen=True, slots=True)
class Result:
    """What one attempt came to."""

    due: Due
    http: int | None
    code: int | None
    verdict: Verdict
