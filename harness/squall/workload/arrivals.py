"""When requests start, fixed before the run: an open loop does not wait for answers.

A closed loop sends less while the service stalls, and so hides the stall (coordinated omission).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import count


def arrivals(rate_per_second: float, seed: int, kind: str = "poisson") -> Iterator[float]:
    """Offsets in seconds from the start of the run, ascending and endless.

    ``poisson`` has exponential gaps, like independent clients; ``constant`` has equal ones.
    ``jittered`` has one arrival in each slot of ``1 / rate`` seconds, anywhere in it (stratified
    sampling): as irregular from one to the next, but with the same number in each second, so that a
    window of half a second is never nearly empty, or a small spike, by chance.
    """
    if not rate_per_second > 0:
        raise ValueError(f"rate_per_second must be positive, got {rate_per_second}")
    if kind == "constant":
        yield from (number / rate_per_second for number in count())
    draws = random.Random(seed)  # noqa: S311 - repeatable on purpose
    if kind == "jittered":
        yield 0.0
        yield from ((number - draws.random()) / rate_per_second for number in count(1))
    offset = 0.0
    while True:
        yield offset
        offset += draws.expovariate(rate_per_second)
