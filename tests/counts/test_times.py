"""Histograms: where a duration goes, and what is read from them."""

import pytest

from apps.counts.times import OWN_UP_TO, PARTNER_UP_TO, bucket, quantile


@pytest.mark.parametrize(
    ("milliseconds", "number"), [(0, 0), (0.5, 0), (0.6, 1), (500, 8), (500.1, 9), (90_000, 9)]
)
def test_a_duration_goes_to_the_first_bucket_that_reaches_it(
    milliseconds: float, number: int
) -> None:
    assert bucket(OWN_UP_TO, milliseconds) == number


@pytest.mark.parametrize(
    ("counts", "part", "wanted"),
    [
        ([0, 0, 0, 0], 0.5, None),
        ([4, 0, 0, 0], 0.5, 5.0),  # evenly from 0 to 10
        ([0, 10, 0, 0], 0.5, 15.0),  # from 10 to 20
        ([0, 10, 0, 0], 1.0, 20.0),
        ([50, 45, 5, 0], 0.95, 20.0),
        ([50, 0, 50, 0], 0.75, 30.0),  # an empty bucket is passed over
        ([0, 0, 0, 7], 0.5, 40.0),  # the last has no end
        ([1, 0, 0, 99], 0.95, 40.0),
    ],
)
def test_quantiles(counts: list[int], part: float, wanted: float | None) -> None:
    assert quantile((10, 20, 40), counts, part) == wanted


def test_a_quantile_is_never_further_off_than_its_bucket_is_wide() -> None:
    durations = sorted(0.3 * 1.07**n for n in range(150))
    counts = [0] * (len(PARTNER_UP_TO) + 1)
    for each in durations:
        counts[bucket(PARTNER_UP_TO, each)] += 1
    for part in (0.05, 0.5, 0.9, 0.95):
        true = durations[round(part * len(durations)) - 1]
        found = quantile(PARTNER_UP_TO, counts, part)
        assert found is not None
        assert abs(bucket(PARTNER_UP_TO, found) - bucket(PARTNER_UP_TO, true)) <= 1
