"""Rate-limited operations: sent no more often than the app allows."""

from __future__ import annotations

import time

from squall.workload.operations import Operation


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
