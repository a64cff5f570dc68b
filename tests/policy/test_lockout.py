"""How long a log-in waits after mistakes."""

from datetime import timedelta

import pytest

from hub.policy.lockout import FREE, LONGEST, Counted, wait_after


@pytest.mark.parametrize(
    ("counted", "failures", "seconds"),
    [
        (Counted.PAIR, 0, 0),
        (Counted.PAIR, 4, 0),
        (Counted.PAIR, 5, 30),
        (Counted.PAIR, 6, 60),
        (Counted.PAIR, 11, 1920),
        (Counted.PAIR, 12, 3600),
        (Counted.PAIR, 10_000, 3600),
        (Counted.USER, 19, 0),
        (Counted.USER, 20, 30),
        (Counted.ADDRESS, 19, 0),
        (Counted.ADDRESS, 21, 60),
    ],
)
def test_each_mistake_beyond_the_free_ones_doubles_the_wait(
    counted: Counted, failures: int, seconds: int
) -> None:
    assert wait_after(counted, failures) == timedelta(seconds=seconds)


@pytest.mark.parametrize("counted", list(Counted))
def test_a_wait_never_gets_shorter_and_has_an_end(counted: Counted) -> None:
    waits = [wait_after(counted, n) for n in range(FREE[counted] + 40)]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST
