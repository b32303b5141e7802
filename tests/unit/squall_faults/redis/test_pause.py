"""``redis.pause``: SIGSTOP and SIGCONT around the block; frozen connections are the bite."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import HealFailed, InjectionFailed, RedisPause, within


async def test_the_timeline_of_calls(stub: Any) -> None:
    port = stub(connections=3)
    async with within(RedisPause(), port) as injection:
        port.clock.advance(0.5)
        bite = await injection.bite()
    assert port.calls == [(0, "pause"), (0.5, "resume")]
    assert (bite.count, bite.what) == (3, "connections frozen")


async def test_who_has_no_connection_waits_when_it_comes(stub: Any) -> None:
    port = stub(connections=0)
    async with within(RedisPause(), port) as injection:
        port.attempts += 3
        bite = await injection.bite()
    assert (bite.count, bite.what) == (3, "connections left waiting")


async def test_a_pause_that_fails_half_way_is_undone(stub: Any) -> None:
    port = stub(refuses="pause")
    with pytest.raises(InjectionFailed, match="pause"):
        async with within(RedisPause(), port):
            pytest.fail("must not be entered")
    assert port.calls[-1] == (0, "resume")


async def test_a_server_that_does_not_go_on_is_told_as_a_failed_heal(stub: Any) -> None:
    with pytest.raises(HealFailed, match=r"RedisPause\(.*\) could not be undone"):
        async with within(RedisPause(), stub(refuses="resume")):
            pass
