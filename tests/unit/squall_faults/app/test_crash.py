"""``app.crash``: SIGKILL at injection, a new process at the heal."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import AppCrash, HealFailed, InjectionFailed, within


async def test_the_timeline_of_calls(port: Any) -> None:
    async with within(AppCrash(), port) as injection:
        port.clock.advance(0.3)
        bite = await injection.bite()
    assert port.calls == [(0, "crash"), (0.3, "revive")]
    assert (bite.count, bite.what) == (1, "app processes killed")


async def test_the_app_is_started_again_when_the_block_raises(port: Any) -> None:
    with pytest.raises(KeyError):
        async with within(AppCrash(), port):
            raise KeyError
    assert port.calls == [(0, "crash"), (0, "revive")]


async def test_a_crash_that_fails_half_way_is_undone(stub: Any) -> None:
    port = stub(refuses="crash")
    with pytest.raises(InjectionFailed, match="crash: the stub refuses"):
        async with within(AppCrash(), port):
            pytest.fail("must not be entered")
    assert port.calls == [(0, "crash"), (0, "revive")]


async def test_an_app_that_does_not_start_is_told_as_a_failed_cure(stub: Any) -> None:
    with pytest.raises(HealFailed, match=r"AppCrash\(\) could not be undone: revive"):
        async with within(AppCrash(), stub(refuses="revive")):
            pass
