"""Intervals against published examples, and against their own promise."""

from __future__ import annotations

import random

import pytest
from squall.reports.intervals import deviations, difference, percentile_interval, share_interval

Z95 = deviations(0.95)


def test_deviations_are_those_of_the_normal_distribution() -> None:
    assert round(Z95, 4) == 1.96
    with pytest.raises(ValueError, match="between 0 and 1, got 1"):
        deviations(1)


@pytest.mark.parametrize(
    ("good", "count", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe, Statistics in Medicine 17 (1998), table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_shares_have_wilsons_interval(good: int, count: int, low: float, high: float) -> None:
    found = share_interval(good, count, Z95)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_the_difference_of_shares_is_newcombes_method_10() -> None:
    """56/70 against 48/80: table II of Newcombe, Statistics in Medicine 17 (1998), 873-890."""
    a, b = share_interval(48, 80, Z95), share_interval(56, 70, Z95)
    assert a is not None
    assert b is not None
    found = difference(a, b)
    assert [round(found.low, 4), round(found.estimate, 4), round(found.high, 4)] == [
        0.0524, 0.2, 0.3339,
    ]  # fmt: skip


def test_nothing_has_no_share() -> None:
    assert share_interval(0, 0, Z95) is None


@pytest.mark.parametrize(
    ("count", "percent", "known"),
    [
        (40, 95, False),
        (84, 95, False),
        (120, 95, True),
        (20, 50, True),
        (4, 50, False),
        (150, 99, False),
    ],
)
def test_a_percentile_has_an_interval_only_inside_the_samples(
    count: int, percent: float, *, known: bool
) -> None:
    found = percentile_interval([float(n) for n in range(count)], percent, Z95)
    assert (found is not None) is known


def test_percentile_intervals_hold_the_truth_as_often_as_they_promise() -> None:
    """2,000 samples of 120 exponential waits; the true median is ln 2 and p90 is ln 10."""
    draws = random.Random(20)  # noqa: S311 - repeatable on purpose
    held = {50: 0, 90: 0}
    for _ in range(2000):
        values = [draws.expovariate(1) for _ in range(120)]
        for percent, final_state in ((50, 0.6931), (90, 2.3026)):
            found = percentile_interval(values, percent, Z95)
            held[percent] += found is not None and found.low <= final_state <= found.high
    assert all(0.94 <= count / 2000 <= 0.985 for count in held.values()), held
