"""How far back a pull asks, and what it may cost."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.modules import module_of
from hub.policy.pulling import Kind, Limits, Rhythm, asks_from

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
BEFORE = NOW - timedelta(hours=1)
LONG_AGO = NOW - timedelta(days=80)
KEPT = {"cdrs": timedelta(days=20), "locations": timedelta(days=1)}
RHYTHM = Rhythm({}, timedelta(minutes=10), timedelta(days=30), KEPT)


@pytest.mark.parametrize(
    ("kind", "module", "synced_from", "date_from"),
    [
        (Kind.FULL, "locations", None, None),
        (Kind.FULL, "locations", BEFORE, None),
        (Kind.FULL, "sessions", BEFORE, NOW - timedelta(days=30)),
        (Kind.FULL, "cdrs", None, NOW - timedelta(days=20)),  # older ones would not be kept
        (Kind.DELTA, "locations", BEFORE, BEFORE - timedelta(minutes=10)),
        (Kind.DELTA, "sessions", BEFORE, BEFORE - timedelta(minutes=10)),
        (Kind.DELTA, "sessions", LONG_AGO, LONG_AGO - timedelta(minutes=10)),
        (Kind.DELTA, "cdrs", LONG_AGO, NOW - timedelta(days=20)),
        (Kind.DELTA, "locations", LONG_AGO, LONG_AGO - timedelta(minutes=10)),
        (Kind.DELTA, "tokens", None, None),
        (Kind.DELTA, "sessions", None, NOW - timedelta(days=30)),
    ],
)
def test_date_from(
    kind: Kind, module: str, synced_from: datetime | None, date_from: datetime | None
) -> None:
    assert asks_from(kind, module_of(module), synced_from, NOW, RHYTHM) == date_from


def test_the_limit_that_is_reached_is_named() -> None:
    limits = Limits(pages=2, objects=10, bytes=100)
    assert limits.exceeded(1, 9, 99) == ""
    assert limits.exceeded(2, 9, 99) == "HUB_PULL_MAX_PAGES"
    assert limits.exceeded(1, 10, 99) == "HUB_PULL_MAX_OBJECTS"
    assert limits.exceeded(1, 9, 100) == "HUB_PULL_MAX_BYTES"
