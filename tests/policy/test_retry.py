"""Verdicts on deliveries: a table of outcomes, and a budget that ends."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.ocpi.module import Effect
from hub.ocpi.status import Code
from hub.policy.retry import (
    BACK_OFF_SECONDS,
    LONGEST_WAIT_SECONDS,
    Done,
    Drop,
    Follow,
    Outcome,
    Pause,
    RetryAt,
    retry_after,
    verdict,
)
from hub.policy.supersede import supersedes

NOW = datetime(2026, 3, 1, tzinfo=UTC)

OUTCOMES = (
    (Outcome(200, 1000), Done),
    (Outcome(201, 1000), Done),
    (Outcome(200, 1001), Done),
    (Outcome(200, 2001), Drop),
    (Outcome(200, 3000), Drop),
    (Outcome(200, None), Drop),
    (Outcome(302, None), Drop),
    (Outcome(400, None), Drop),
    (Outcome(401, None), Pause),
    (Outcome(403, 2000), Pause),
    (Outcome(404, 2003), Drop),
    (Outcome(405, None), Drop),
    (Outcome(429, None), RetryAt),
    (Outcome(500, 3000), RetryAt),
    (Outcome(502, None), RetryAt),
    (Outcome(503, None), RetryAt),
    (Outcome(None, Code.TIMEOUT), RetryAt),
    (Outcome(None, Code.CONNECTION_PROBLEM), RetryAt),
    (Outcome(None, Code.HUB_ERROR), Drop),
)


@pytest.mark.parametrize(("outcome", "expected"), OUTCOMES, ids=[str(o[0]) for o in OUTCOMES])
def test_outcomes(outcome: Outcome, expected: type) -> None:
    assert isinstance(verdict(outcome, 1, NOW, 0.5), expected)


def test_a_part_that_is_unknown_there_is_followed_by_the_whole() -> None:
    for outcome in (Outcome(404, None), Outcome(404, 2003), Outcome(200, 2003)):
        assert isinstance(verdict(outcome, 1, NOW, 0.5, is_part=True), Follow)
        assert isinstance(verdict(outcome, 1, NOW, 0.5), Drop)


def test_the_budget_ends() -> None:
    tries = [verdict(Outcome(500, None), n, NOW, 0.5) for n in range(1, 9)]
    assert [type(t).__name__ for t in tries] == ["RetryAt"] * len(BACK_OFF_SECONDS) + ["Drop"] * 2
    assert isinstance(tries[-1], Drop)
    assert "given up after 8 attempts" in tries[-1].reason


@pytest.mark.parametrize("jitter", [0.0, 0.5, 1.0])
def test_back_off_grows_with_jitter(jitter: float) -> None:
    waits = []
    for n, seconds in enumerate(BACK_OFF_SECONDS, start=1):
        found = verdict(Outcome(503, None), n, NOW, jitter)
        assert isinstance(found, RetryAt)
        waits.append((found.due - NOW).total_seconds())
        assert waits[-1] == pytest.approx(seconds, rel=0.2 + 1e-9)
    assert waits == sorted(waits)


def test_retry_after_is_honoured_when_longer() -> None:
    found = verdict(Outcome(429, None, retry_after=90), 1, NOW, 0.5)
    assert found == RetryAt(NOW + timedelta(seconds=90), "HTTP 429")


def test_what_supersedes() -> None:
    assert [e for e in Effect if supersedes(e)] == [Effect.REPLACE, Effect.REMOVE]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("Sun, 01 Mar 2026 00:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2015 00:00:30 GMT", 0.0),
        ("9" * 400, LONGEST_WAIT_SECONDS),
        ("Sun, 01 Mar 2099 00:00:30 GMT", LONGEST_WAIT_SECONDS),
        ("", None),
        ("soon", None),
        ("-5", None),
    ],
)
def test_retry_after_in_either_form(header: str, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds
