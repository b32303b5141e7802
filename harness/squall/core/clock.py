"""Time as an argument: seconds of the monotonic clock, with one origin for all processes of a
machine.

On Linux and macOS ``time.monotonic`` is the same clock in every process, so times written by the
workload process can be compared with times written by the runner. Wall clocks jump; a lint rule
bans them.
"""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """What code needs from a clock."""

    def now(self) -> float:
        """Seconds since an arbitrary origin. The value never decreases."""

    async def sleep(self, seconds: float) -> None:
        """Return after ``seconds``; immediately if not positive."""


class MonotonicClock:
    """The machine's monotonic clock."""

    def now(self) -> float:
        """Seconds of CLOCK_MONOTONIC."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Sleep on the running event loop."""
        await asyncio.sleep(max(0.0, seconds))


class VirtualClock:
    """A clock that a test controls: sleeping takes no real time and advances the clock."""

    def __init__(self, start: float = 0.0) -> None:
        self._now = start

    def now(self) -> float:
        """The time that sleeps and :meth:`advance` have reached."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Advance the time without sleeping."""
        self._now += seconds

    async def sleep(self, seconds: float) -> None:
        """Advance by ``seconds`` and let other tasks run."""
        self._now += max(0.0, seconds)
        await asyncio.sleep(0)
