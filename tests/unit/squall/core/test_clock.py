"""Clocks: one never goes back, the other is the test's own."""

from __future__ import annotations

import asyncio
import time

from squall.core.clock import Clock, MonotonicClock, VirtualClock


async def test_virtual_time_moves_only_when_told() -> None:
    clock = VirtualClock(10.0)
    assert clock.now() == clock.now() == 10.0
    clock.advance(2.5)
    assert clock.now() == 12.5


async def test_virtual_sleep_costs_nothing_and_moves_the_clock() -> None:
    clock = VirtualClock()
    begun = time.monotonic()
    await clock.sleep(3_600)
    assert clock.now() == 3_600
    assert time.monotonic() - begun < 1


async def test_a_sleep_into_the_past_moves_nothing() -> None:
    clock = VirtualClock(5.0)
    await clock.sleep(-1)
    assert clock.now() == 5.0


async def test_other_tasks_run_during_a_virtual_sleep() -> None:
    ran: list[str] = []

    async def other() -> None:
        ran.append("other")

    task = asyncio.create_task(other())
    await VirtualClock().sleep(1)
    assert ran == ["other"]
    await task


async def test_the_machines_clock_is_the_monotonic_one_and_sleeps() -> None:
    clock: Clock = MonotonicClock()
    before = time.monotonic()
    begun = clock.now()
    await clock.sleep(0.01)
    await clock.sleep(-5)
    assert before <= begun <= clock.now() - 0.009
    assert clock.now() <= time.monotonic()
