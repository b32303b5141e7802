"""Percentiles that require enough samples: p99 of forty requests is just the slowest of them."""

from __future__ import annotations

import math
from collections.abc import Sequence


def min_samples(percent: float) -> int:
    """Minimum number of samples for a percentile, so that at least two are above it: p95
    needs 40.
    """
    return math.ceil(2 / (1 - percent / 100) - 1e-9)


def percentile(values: Sequence[float], percent: float) -> float | None:
    """The nearest-rank percentile; None if there are too few samples."""
    if not 0 < percent < 100:  # noqa: PLR2004 - per cent
        raise ValueError(f"a percentile lies between 0 and 100, got {percent}")
    if len(values) < min_samples(percent):
        return None
    rank = math.ceil(len(values) * percent / 100)
    return sorted(values)[rank - 1]
