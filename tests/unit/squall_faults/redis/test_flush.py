"""``redis.flush``: all keys are removed once; their number is the bite."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from squall_faults import InjectionFailed, RedisFlush, within


async def until(done: Any) -> None:
    async with asyncio.timeout(5):
        while not done():  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.001)


async def test_the_keys_of_now_are_removed_once(stub: Any) -> None:
    port = stub(keys=[12, 3])
    async with within(RedisFlush(), port) as injection:
        await asyncio.sleep(0)
        bite = await injection.bite()
    assert port.calls == [(0, "flush")]
    assert (bite.count, bite.what) == (12, "keys removed")


async def test_an_empty_server_loses_the_first_keys_that_come(stub: Any) -> None:
    port = stub(keys=[0, 0, 4, 9])
    async with within(RedisFlush(), port) as injection:
        await until(lambda: len(port.keys) == 1)
        bite = await injection.bite()
    assert bite.count == 4
    assert port.keys == [9], "removed once"


async def test_a_server_without_keys_is_no_bite(stub: Any) -> None:
    port = stub(keys=[])
    async with within(RedisFlush(), port) as injection:
        await until(lambda: len(port.calls) > 2)
        assert (await injection.bite()).count == 0
    tried = len(port.calls)
    await asyncio.sleep(0.01)
    assert len(port.calls) == tried, "healed: nobody is asked any more"


async def test_a_server_that_refuses_is_told(stub: Any) -> None:
    with pytest.raises(InjectionFailed, match="flush"):
        async with within(RedisFlush(), stub(refuses="flush")):
            pytest.fail("must not be entered")
