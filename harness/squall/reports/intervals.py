"""Confidence intervals of shares and percentiles, and of their differences. Pure arithmetic.

- shares: Wilson's score interval (Wilson 1927);
- percentiles: order statistics around the rank, by the normal approximation of the binomial
  (Conover, Practical Nonparametric Statistics, section 3.2): no assumption on the distribution;
- differences: Zou and Donner's MOVER (Statistics in Medicine 27, 2008), which for Wilson
  intervals is Newcombe's method 10.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from squall.gates.percentiles import percentile


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """An estimate and its confidence interval."""

    low: float
    estimate: float
    high: float


def deviations(confidence: float) -> float:
    """Standard deviations on each side that contain ``confidence`` of a normal distribution."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence lies between 0 and 1, got {confidence}")
    return NormalDist().inv_cdf((1 + confidence) / 2)


def share_interval(good: int, count: int, z: float) -> Interval | None:
    """Wilson's interval of a share; None without samples."""
    if not count:
        return None
    share, weight = good / count, z * z / count
    middle = (share + weight / 2) / (1 + weight)
    half = z / (1 + weight) * math.sqrt(share * (1 - share) / count + weight / (4 * count))
    return Interval(low=max(0.0, middle - half), estimate=share, high=min(1.0, middle + half))


def percentile_interval(values: Sequence[float], percent: float, z: float) -> Interval | None:
    """The interval of a percentile; None if one of its ends would be outside the samples."""
    estimate = percentile(values, percent)
    if estimate is None:
        return None
    count, share = len(values), percent / 100
    half = z * math.sqrt(count * share * (1 - share))
    # Rounded outwards: with 84 samples the nearest ranks would cover only 92.5 of 95 per cent.
    low, high = math.floor(count * share - half), math.ceil(count * share + half) + 1
    if low < 1 or high > count:
        return None
    ordered = sorted(values)
    return Interval(low=ordered[low - 1], estimate=estimate, high=ordered[high - 1])


def difference(a: Interval, b: Interval) -> Interval:
    """``b - a``."""
    middle = b.estimate - a.estimate
    return Interval(
        low=middle - math.hypot(b.estimate - b.low, a.high - a.estimate),
        estimate=middle,
        high=middle + math.hypot(b.high - b.estimate, a.estimate - a.low),
    )
