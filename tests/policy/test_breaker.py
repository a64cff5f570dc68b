"""When failures in a row are enough to give a platform up."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.policy.breaker import FAILURES, LASTING, Streak, answered, failed, opens

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)


def at(*seconds: float) -> tuple[datetime, ...]:
    return tuple(NOW + timedelta(seconds=each) for each in seconds)


# seconds of each failure; whether the breaker opens after the last of them
STREAKS = (
    ((0,), False),
    ((0, 5, 10, 15), False),
    ((0, 5, 10, 14.9, 14.9), False),
    ((0, 5, 10, 14, 15), True),
    ((0, 0, 0, 0, 0, 0, 0, 0), False),
    ((0, 3600, 7200, 10800, 14400), True),
)


@pytest.mark.parametrize(("seconds", "open_then"), STREAKS)
def test_it_opens_after_enough_failures_that_last_long_enough(
    seconds: tuple[float, ...], open_then: bool
) -> None:
    streak = Streak()
    for moment in at(*seconds):
        assert not opens(streak) or open_then
        streak = failed(streak, (moment,))
    assert opens(streak) is open_then
    assert opens(failed(Streak(), at(*seconds))) is open_then


def test_a_restart_of_a_partners_server_is_no_reason() -> None:
    assert FAILURES == 5
    assert timedelta(seconds=15) == LASTING


def test_one_answer_ends_the_streak() -> None:
    streak = failed(Streak(), at(0, 5, 10, 14))
    assert answered(streak, *at(15)) == Streak()


def test_an_answer_older_than_the_last_failure_ends_nothing() -> None:
    """Another process noted it before."""
    streak = failed(Streak(), at(0, 5, 10, 14))
    assert answered(streak, *at(13)) == streak


def test_failures_may_be_told_in_any_order() -> None:
    assert failed(failed(Streak(), at(9)), at(3, 5)) == Streak(3, *at(3), *at(9))
