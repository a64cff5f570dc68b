"""A delivery that is due, and what an attempt at it came to."""

from datetime import datetime

from msgspec import Struct

from hub.policy.retry import Verdict


class Due(Struct, frozen=True):
    """One delivery whose next attempt is booked; `attempts` counts this one."""

    id: int
    payload_id: int
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
    version: str


class Result(Struct, frozen=True):
    """What one attempt came to."""

    due: Due
    http: int | None
    code: int | None
    verdict: Verdict
