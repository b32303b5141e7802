"""Faults by hand: in force until told otherwise, healed in reverse, and written down."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import pytest
from squall import UsageError
from squall.scenario.model import Load
from squall.scenario.step import Step
from squall.scenario.yaml_dumper import dump
from squall.scenario.yaml_loader import loads
from squall_faults import (
    AppCrash,
    AppPause,
    Bite,
    Crash,
    Disconnect,
    FaultUnavailable,
    HealFailed,
    InjectionFailed,
)


async def test_a_fault_is_in_force_until_it_is_healed(bench: Any) -> None:
    held = await bench.incident.inject(AppPause(), None)
    assert bench.lab.port.calls == ["pause"]
    assert bench.incident.in_force == [held]
    assert await held.bite() == Bite(count=3, what="app processes frozen")
    assert await bench.incident.heal(held.id) == [held]
    assert bench.lab.port.calls == ["pause", "resume"]
    assert bench.incident.in_force == []
    assert await held.bite() == Bite(count=3, what="app processes frozen")


async def test_a_fault_that_lasts_heals_by_itself(bench: Any) -> None:
    held = await bench.incident.inject(AppPause(), 0.01)
    await bench.incident.ended(held)
    assert bench.lab.port.calls == ["pause", "resume"]
    assert bench.incident.in_force == []


async def test_a_fault_that_lasts_can_be_healed_earlier(bench: Any) -> None:
    held = await bench.incident.inject(AppPause(), 3600)
    assert await bench.incident.heal() == [held]
    assert bench.lab.port.calls == ["pause", "resume"]


async def test_all_are_healed_in_reverse_order(bench: Any) -> None:
    for fault in (AppPause(), Disconnect(), AppCrash()):
        await bench.incident.inject(fault, None)
    healed = await bench.incident.heal()
    assert [held.id for held in healed] == [1, 2, 3]
    assert bench.lab.port.calls == [
        "pause", "hang_up", "crash", "revive", "hang_up no more", "resume",
    ]  # fmt: skip


async def test_one_of_several_is_healed_alone(bench: Any) -> None:
    first = await bench.incident.inject(AppPause(), None)
    second = await bench.incident.inject(AppCrash(), None)
    await bench.incident.heal(first.id)
    assert bench.incident.in_force == [second]
    assert bench.lab.port.calls == ["pause", "crash", "resume"]


async def test_healing_nothing_is_no_error_and_a_wrong_number_is_one(bench: Any) -> None:
    assert await bench.incident.heal() == []
    with pytest.raises(UsageError, match=r"^no fault 7 is in force; in force: none$"):
        await bench.incident.heal(7)
    await bench.incident.inject(AppPause(), None)
    await bench.incident.inject(AppCrash(), None)
    with pytest.raises(UsageError, match=r"^no fault 7 is in force; in force: 1, 2$"):
        await bench.incident.heal(7)


async def test_a_fault_that_the_world_refused_is_not_held(bench: Any) -> None:
    bench.lab.port.refuses = {"pause"}
    with pytest.raises(InjectionFailed, match="pause: the stub refuses"):
        await bench.incident.inject(AppPause(), None)
    with pytest.raises(FaultUnavailable, match="needs a database"):
        await bench.incident.inject(Crash(), None)
    assert bench.incident.done == []
    assert bench.incident.recorded("x", Load()) is None


async def test_a_failed_heal_is_reported_and_the_others_are_healed(
    bench: Any,
) -> None:
    await bench.incident.inject(AppPause(), None)
    await bench.incident.inject(AppCrash(), None)
    bench.lab.port.refuses = {"revive"}
    with pytest.raises(HealFailed, match="could not be undone: revive"):
        await bench.incident.heal()
    assert bench.incident.in_force == []
    assert bench.lab.port.calls == ["pause", "crash", "revive", "resume"]


async def test_closing_heals_everything_and_swallows_what_cannot_be_undone(bench: Any) -> None:
    await bench.incident.inject(AppPause(), None)
    await bench.incident.inject(AppCrash(), None)
    bench.lab.port.refuses = {"revive"}
    await bench.incident.close()
    assert bench.incident.in_force == []
    assert bench.lab.port.calls == ["pause", "crash", "revive", "resume"]


async def test_an_injection_that_is_cut_short_is_undone(bench: Any) -> None:
    task = asyncio.create_task(bench.incident.inject(AppPause(), None))
    await asyncio.sleep(0)  # it has begun: its fault enters next
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(5):
        while "resume" not in bench.lab.port.calls:  # noqa: ASYNC110 - a stub sets no event
            await asyncio.sleep(0)
    assert bench.lab.port.calls == ["pause", "resume"]


async def test_what_was_done_is_a_scenario_that_starts_with_the_first_fault(bench: Any) -> None:
    first = await bench.incident.inject(AppPause(), None)
    bench.clock.advance(1.5)
    await bench.incident.inject(Disconnect(share=0.25), None)
    bench.clock.advance(0.25)
    await bench.incident.heal(first.id)
    bench.clock.advance(4)
    recorded = bench.incident.recorded("by-hand", Load(rate_per_second=40))
    assert recorded.steps == (
        Step(at_seconds=0.0, fault=AppPause(), lasting_seconds=1.75),
        Step(at_seconds=1.5, fault=Disconnect(share=0.25), lasting_seconds=4.25),
    )
    assert recorded.load.rate_per_second == 40
    assert (recorded.name, loads(dump(recorded))) == ("by-hand", recorded)


@pytest.mark.parametrize("rate", [2, 10, 50, 400])
async def test_what_was_recorded_has_windows_that_can_be_judged(bench: Any, rate: float) -> None:
    await bench.incident.inject(AppPause(), None)
    recorded = bench.incident.recorded("slow", Load(rate_per_second=rate), "It was slow.")
    assert (recorded.thin_windows, recorded.story) == ("", "It was slow.")
    assert recorded.load.rate_per_second == rate
    short = dataclasses.replace(recorded, before_seconds=10 / rate)
    assert f"before_seconds must be at least {40 / rate:.1f}" in short.thin_windows


async def test_what_is_shown_of_a_fault(bench: Any) -> None:
    held = await bench.incident.inject(Disconnect(share=0.25), None)
    bench.clock.advance(2.5)
    assert await held.shown(bench.clock.now()) == {
        "id": 1,
        "fault": "client.disconnect",
        "share": 0.25,
        "in_force": True,
        "seconds": 2.5,
        "bites": 0,
        "what": "calls cut short",
        "lapsed": "",
    }
    await bench.incident.heal()
    bench.clock.advance(60)
    shown = await held.shown(bench.clock.now())
    assert (shown["in_force"], shown["seconds"]) == (False, 2.5)
