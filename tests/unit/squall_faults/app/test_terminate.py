"""``app.terminate``: SIGTERM and its end at injection, a new process at the heal."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import AppTerminate, HealFailed, InjectionFailed, within


@pytest.mark.parametrize("code", [0, -9, 143])
async def test_the_timeline_of_calls_and_the_exit_code(stub: Any, code: int) -> None:
    port = stub(exit_code=code)
    async with within(AppTerminate(), port) as injection:
        port.clock.advance(0.1)
        bite = await injection.bite()
    assert port.calls == [(0, "terminate"), (0.1, "revive")]
    assert (bite.count, bite.what) == (1, f"app processes ended (exit code {code})")


async def test_an_app_that_does_not_end_is_started_all_the_same(stub: Any) -> None:
    port = stub(refuses="terminate")
    with pytest.raises(InjectionFailed, match="terminate: the stub refuses"):
        async with within(AppTerminate(), port):
            pytest.fail("must not be entered")
    assert port.calls == [(0, "terminate"), (0, "revive")]


async def test_an_app_that_does_not_start_is_told_as_a_failed_cure(stub: Any) -> None:
    with pytest.raises(HealFailed, match=r"AppTerminate\(\) could not be undone: revive"):
        async with within(AppTerminate(), stub(refuses="revive")):
            pass
