"""Waiting for CPUs that other programs use, on the virtual clock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from squall.core.clock import VirtualClock
from squall.runner.idle_machine import (
    LOOK_SECONDS,
    MAX_SECONDS,
    CpuTimes,
    read_cpu_times,
    wait_for_idle_cpus,
)

from tests.unit.squall.runner.suite_fakes import RunFakes, World


def machine(*idle: int) -> Callable[[], CpuTimes | None]:
    """A machine that was idle for these shares of each look, in percent; then for none."""
    times = [(0, 0)]
    for each in (*idle, *[0] * 50):
        times.append((times[-1][0] + each, times[-1][1] + 100))
    return iter(times).__next__


@pytest.mark.parametrize(
    ("idle", "seconds"),
    [((100,), LOOK_SECONDS), ((50,), LOOK_SECONDS), ((0, 49, 60), 3 * LOOK_SECONDS)],
    ids=["idle", "half", "the third time"],
)
async def test_it_returns_when_half_of_the_cpus_time_is_free(
    idle: tuple[int, ...], seconds: float
) -> None:
    clock = VirtualClock()
    await wait_for_idle_cpus(clock, machine(*idle), labs=lambda: 1)
    assert clock.now() == seconds


async def test_a_machine_that_stays_busy_is_not_waited_for_longer() -> None:
    clock = VirtualClock()
    await wait_for_idle_cpus(clock, machine(), labs=lambda: 1)
    assert clock.now() == MAX_SECONDS


async def test_where_nobody_counts_nobody_waits() -> None:
    clock = VirtualClock()
    await wait_for_idle_cpus(clock, lambda: None, labs=lambda: 1)
    assert clock.now() == 0


async def test_beside_another_lab_nobody_waits() -> None:
    clock = VirtualClock()
    await wait_for_idle_cpus(clock, machine(), labs=lambda: 2)
    assert clock.now() == 0


async def test_only_what_a_busy_machine_spoilt_waits_for_it(
    run_fakes: RunFakes, world: World
) -> None:
    world.busy, world.missed = {"a": 2}, {"b": 1}
    await run_fakes("ab")
    assert world.waits == 2


def test_the_kernel_counts_idle_time_as_part_of_all() -> None:
    if not Path("/proc/stat").exists():
        pytest.skip("needs /proc/stat, which only Linux has")
    times = read_cpu_times()
    assert times is not None
    assert 0 < times[0] <= times[1]
