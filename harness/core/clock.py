"""Time as an argument: seconds of the monotonic clock, one origin for every process of a machine.

On Linux and macOS ``time.monotonic`` is the same clock in every process, so times that the
workload process wrote and times that the runner wrote can be compared. Wall clocks jump and are
banned by lint.
"""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """What code needs to know of time."""

    def now(self) -> float:
        """Seconds since an arbitrary origin; never goes back."""

    async def sleep(self, seconds: float) -> None:
        """Return ``seconds`` later; at once when not positive."""


class MonotonicClock:
    """The machine's own clock."""

    def now(self) -> float:
        """Seconds of CLOCK_MONOTONIC."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Sleep on the running event loop."""
        await asyncio.sleep(max(0.0, seconds))


class VirtualClock:
    """Time that a test owns: sleeping costs nothing and moves the clock."""

    def __init__(self, start: float = 0.0) -> None:
        self._now = start

    def now(self) -> float:
        """The time that sleeps and :meth:`advance` have reached."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move time on without sleeping."""
        self._now += seconds

    async def sleep(self, seconds: float) -> None:
        """Jump ``seconds`` ahead and let other tasks run."""
        self._now += max(0.0, seconds)
        await asyncio.sleep(0)
