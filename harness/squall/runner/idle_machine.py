"""Wait until other programs leave the CPUs alone, before an outage is repeated that they spoilt.

half a second ─▶ the CPUs were idle for half of it ─▶ go on
      ▲                   └─▶ not ─┐
      └────────────────────────────┴─▶ ten seconds are over ─▶ go on

The lab is idle between two runs, so what is busy then is not the app's load. Beside another lab
there is no idle time to wait for: tests that share the machine would only last longer.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from squall.core.clock import Clock
from squall.lab.providers.process.lab_registry import labs_of_account

IDLE_SHARE = 0.5
"""Share of the CPUs' time: of two CPUs, one is free."""

LOOK_SECONDS = 0.5
MAX_SECONDS = 10.0

CpuTimes = tuple[int, int]
"""Ticks since the machine's start: idle, and all."""

IDLE = slice(3, 5)
"""The columns ``idle`` and ``iowait`` of /proc/stat (proc(5))."""
COUNTED = slice(0, 8)
"""Without the time of guests, which is part of the columns before."""


def read_cpu_times() -> CpuTimes | None:
    """The ticks of all CPUs together; None where the kernel does not count them."""
    try:
        first = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0]
        ticks = [int(word) for word in first.split()[1:]]
    except (OSError, ValueError):
        return None
    return sum(ticks[IDLE]), sum(ticks[COUNTED])


async def wait_for_idle_cpus(
    clock: Clock,
    read: Callable[[], CpuTimes | None] = read_cpu_times,
    labs: Callable[[], int] = labs_of_account,
) -> None:
    """Return when the CPUs are idle for half of the time, or after ten seconds; at once beside
    another lab.
    """
    if labs() > 1:
        return
    end = clock.now() + MAX_SECONDS
    before = read()
    while before is not None and clock.now() < end:
        await clock.sleep(LOOK_SECONDS)
        after = read()
        if after is None or after[0] - before[0] >= IDLE_SHARE * (after[1] - before[1]):
            return
        before = after
