"""A histogram that takes many at once says what it would say of one after the other."""

import pytest
from prometheus_client import CollectorRegistry, Histogram

from apps.traffic.metrics import Batched

BOUNDS = (0.1, 1.0, 10.0)
UP_TO = ("0.1", "1.0", "10.0", "+Inf")


@pytest.mark.parametrize(
    "amounts", [[], [0.0], [0.1, 0.1, 0.2], [1.0, 5.0, 10.0, 10.5, 0.05, 1000.0]]
)
def test_many_at_once_count_as_one_by_one(amounts: list[float]) -> None:
    one_by_one, at_once = CollectorRegistry(), CollectorRegistry()
    slow = Histogram("took", "Time.", buckets=BOUNDS, registry=one_by_one)
    for amount in amounts:
        slow.observe(amount)
    Batched("took", "Time.", buckets=BOUNDS, registry=at_once).observe_all(amounts)
    for name, labels in [("took_sum", {}), *(("took_bucket", {"le": le}) for le in UP_TO)]:
        assert at_once.get_sample_value(name, labels) == one_by_one.get_sample_value(name, labels)
    assert at_once.get_sample_value("took_count") == len(amounts)
