"""``database.crash``: SIGKILL, then a start that recovers; the sessions of before are the bite."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from squall_faults import Crash, HealFailed, InjectionFailed, within


async def test_the_timeline_of_calls(stub: Any) -> None:
    port = stub(backends=20)
    async with within(Crash(), port) as injection:
        port.clock.advance(0.5)
        bite = await injection.bite()
    assert port.calls == [(0, "client_backends"), (0, "kill"), (0.5, "start")]
    assert (bite.count, bite.what) == (20, "sessions killed")


async def test_a_server_without_sessions_is_no_bite(stub: Any) -> None:
    async with within(Crash(), stub(backends=0)) as injection:
        assert (await injection.bite()).count == 0


async def test_who_has_no_session_is_hit_when_it_comes(stub: Any) -> None:
    port = stub(backends=0)
    async with within(Crash(), port) as injection:
        port.attempts += 7
        bite = await injection.bite()
    assert (bite.count, bite.what) == (7, "connections refused")
    port = stub(backends=2)
    async with within(Crash(), port) as injection:
        port.attempts += 7
        bite = await injection.bite()
    assert (bite.count, bite.what) == (2, "sessions killed")


async def test_the_server_is_started_when_the_block_raises(stub: Any) -> None:
    port = stub()
    with pytest.raises(KeyError):
        async with within(Crash(), port):
            raise KeyError
    assert port.calls[-1] == (0, "start")


async def test_a_kill_that_fails_half_way_starts_the_server_all_the_same(stub: Any) -> None:
    port = stub(refuses="kill")
    with pytest.raises(InjectionFailed, match="kill"):
        async with within(Crash(), port):
            pytest.fail("must not be entered")
    assert port.calls[-1] == (0, "start")


async def test_a_server_that_does_not_start_again_is_told_as_a_failed_cure(stub: Any) -> None:
    with pytest.raises(HealFailed, match=r"Crash\(\) could not be undone"):
        async with within(Crash(), stub(refuses="start")):
            pass


async def test_a_second_crash_waits_until_the_first_is_healed(stub: Any) -> None:
    port = stub(backends=3)
    second_in_force = asyncio.Event()

    async def second() -> None:
        async with within(Crash(), port):
            second_in_force.set()

    async with within(Crash(), port):
        task = asyncio.create_task(second())
        for _ in range(20):
            await asyncio.sleep(0)
        assert not second_in_force.is_set()
    await task
    calls = [name for _, name in port.calls]
    assert calls == ["client_backends", "kill", "start"] * 2
