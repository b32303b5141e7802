"""Rate-limited operations, sent no more often than the app allows, and requests beyond the plan."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable

from squall.workload.operations import Operation

IDLE_SECONDS = 0.005
"""How soon a change of the offered load takes effect."""


class Pace:
    """When each rate-limited operation may be sent next. Kept from one run to the next."""

    def __init__(self) -> None:
        self._sent: dict[str, float] = {}

    def allows(self, operation: Operation) -> bool:
        """Whether it may be sent now. If so, it counts as sent."""
        if not operation.least_interval_seconds:
            return True
        last = self._sent.get(operation.name, float("-inf"))
        now = time.monotonic()
        if now < max(operation.not_before, last + operation.least_interval_seconds):
            return False
        self._sent[operation.name] = now
        return True


async def moments(rate_per_second: float, times: Callable[[], float]) -> AsyncIterator[float]:
    """When to send beyond the plan, evenly spread: ``times`` as much as the plan, now 0 or more."""
    due = time.monotonic()
    while True:
        if (wanted := times()) <= 0:
            await asyncio.sleep(IDLE_SECONDS)
            due = time.monotonic()
            continue
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        yield due
        due += 1 / (rate_per_second * wanted)
