"""How many requests a platform may make: a bucket per platform that refills steadily."""

import math
from dataclasses import dataclass

from hub.ocpi.status import Code, OcpiError

BURST_SECONDS = 2.0


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Buckets:
    """Rate limits of one process; `per_second` 0 means none."""

    def __init__(self, per_second: int) -> None:
        self._rate = float(per_second)
        self._buckets: dict[int, _Bucket] = {}

    def take(self, platform_id: int, at: float) -> None:
        """Counts one request at a moment in seconds. Raises OcpiError 429 with Retry-After."""
        if not self.has_room(platform_id, at):
            wait = max(1, math.ceil((1 - self._buckets[platform_id].left) / self._rate))
            raise OcpiError(
                Code.CLIENT_ERROR,
                f"too many requests: this platform may make {self._rate:g} per second.",
                http=429,
                headers=(("Retry-After", str(wait)),),
            )

    def has_room(self, key: int, at: float) -> bool:
        """Whether one more fits, which is counted then."""
        if not self._rate:
            return True
        full = self._rate * BURST_SECONDS
        bucket = self._buckets.setdefault(key, _Bucket(full, at))
        bucket.left = min(full, bucket.left + (at - bucket.at) * self._rate)
        bucket.at = at
        if bucket.left < 1:
            return False
        bucket.left -= 1
        return True
