"""``redis.crash``: SIGKILL, then a start without data; the connections of before are the bite."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from squall_faults import HealFailed, InjectionFailed, InvalidFault, RedisCrash, within


async def test_the_timeline_of_calls(stub: Any) -> None:
    port = stub(connections=4)
    async with within(RedisCrash(), port) as injection:
        port.clock.advance(0.5)
        bite = await injection.bite()
    assert port.calls == [(0, "kill"), (0.5, "start")]
    assert (bite.count, bite.what) == (4, "connections killed")


async def test_who_has_no_connection_is_hit_when_it_comes(stub: Any) -> None:
    port = stub(connections=0)
    async with within(RedisCrash(), port) as injection:
        assert (await injection.bite()).count == 0
        port.attempts += 7
        bite = await injection.bite()
    assert (bite.count, bite.what) == (7, "connections refused")


async def test_a_server_that_is_up_before_the_heal_is_told(stub: Any) -> None:
    port = stub()
    async with within(RedisCrash(), port) as injection:
        assert await injection.lapsed() == ""
        port.up_early = True
        assert await injection.lapsed() == "the server is up again"


async def test_a_kill_that_fails_half_way_starts_the_server_all_the_same(stub: Any) -> None:
    port = stub(refuses="kill")
    with pytest.raises(InjectionFailed, match="kill"):
        async with within(RedisCrash(), port):
            pytest.fail("must not be entered")
    assert port.calls[-1] == (0, "start")


async def test_a_server_that_does_not_start_again_is_told_as_a_failed_heal(stub: Any) -> None:
    with pytest.raises(HealFailed, match=r"RedisCrash\(.*\) could not be undone"):
        async with within(RedisCrash(), stub(refuses="start")):
            pass


async def test_a_second_crash_waits_until_the_first_is_healed(stub: Any) -> None:
    port = stub()
    second_in_force = asyncio.Event()

    async def second() -> None:
        async with within(RedisCrash(), port):
            second_in_force.set()

    async with within(RedisCrash(), port):
        task = asyncio.create_task(second())
        for _ in range(20):
            await asyncio.sleep(0)
        assert not second_in_force.is_set()
    await task
    assert [name for _, name in port.calls] == ["kill", "start"] * 2


def test_a_name_that_no_dependency_can_have_is_refused() -> None:
    with pytest.raises(InvalidFault, match="name of a dependency"):
        RedisCrash(proxy="My Redis")
