"""A histogram of durations in a few fixed buckets: where a duration goes, and what part of all was
faster.

Pure. Histograms of different minutes and processes are added bucket by bucket.
"""

from bisect import bisect_left
from collections.abc import Sequence

# Upper bounds in milliseconds; one more bucket holds what took longer. The hub itself is quick,
# partners may take as long as a time limit allows.
OWN_UP_TO = (0.5, 1, 2, 5, 10, 20, 50, 100, 500)
PARTNER_UP_TO = (10, 25, 50, 100, 250, 500, 1000, 2500, 10_000)


# bucket(up_to, milliseconds): the number of the bucket that a duration belongs to.
bucket = bisect_left


def quantile(up_to: Sequence[float], counts: Sequence[int], part: float) -> float | None:
    """The duration in milliseconds that `part` of all stayed below, as if those in a bucket were
    spread evenly over it; of the last bucket, which has no end, its beginning. None of nothing.
    """
    wanted = sum(counts) * part
    if not wanted:
        return None
    below = 0
    for number, end in enumerate(up_to):
        if below + counts[number] >= wanted:
            begin = up_to[number - 1] if number else 0.0
            return begin + (end - begin) * (wanted - below) / counts[number]
        below += counts[number]
    return float(up_to[-1])
