"""Percentiles that refuse thin samples: p99 of forty requests is just the slowest of them."""

from __future__ import annotations

import math
from collections.abc import Sequence


def least_samples(percent: float) -> int:
    """How many samples a percentile needs, so that at least two lie above it: p95 needs 40."""
    return math.ceil(2 / (1 - percent / 100) - 1e-9)


def percentile(values: Sequence[float], percent: float) -> float | None:
    """The nearest-rank percentile, or None when the samples do not allow it."""
    if not 0 < percent < 100:  # noqa: PLR2004 - per cent
        raise ValueError(f"a percentile lies between 0 and 100, got {percent}")
    if len(values) < least_samples(percent):
        return None
    rank = math.ceil(len(values) * percent / 100)
    return sorted(values)[rank - 1]
