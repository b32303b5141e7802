"""``database.restart``: a shutdown in the chosen mode, then a start."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import HealFailed, InjectionFailed, InvalidFault, Restart, within


@pytest.mark.parametrize(
    ("fault", "mode"),
    [
        (Restart(), "fast"),
        (Restart(mode="fast"), "fast"),
        (Restart(mode="immediate"), "immediate"),
    ],
    ids=["default", "fast", "immediate"],
)
async def test_the_timeline_of_calls(stub: Any, fault: Restart, mode: str) -> None:
    port = stub(backends=6)
    async with within(fault, port) as injection:
        port.clock.advance(0.5)
        bite = await injection.bite()
    assert port.calls == [(0, "client_backends"), (0, "stop", mode), (0.5, "start")]
    assert (bite.count, bite.what) == (6, "sessions ended")


async def test_a_stop_that_fails_half_way_starts_the_server_all_the_same(stub: Any) -> None:
    port = stub(refuses="stop")
    with pytest.raises(InjectionFailed, match="stop"):
        async with within(Restart(), port):
            pytest.fail("must not be entered")
    assert port.calls[-1] == (0, "start")


async def test_a_server_that_does_not_start_again_is_told_as_a_failed_cure(stub: Any) -> None:
    with pytest.raises(HealFailed, match=r"Restart\(mode='fast'\) could not be undone"):
        async with within(Restart(), stub(refuses="start")):
            pass


@pytest.mark.parametrize("mode", ["smart", "", None])
def test_a_mode_that_may_never_end_is_refused(mode: Any) -> None:
    with pytest.raises(InvalidFault, match="mode must be one of fast, immediate"):
        Restart(mode=mode)
