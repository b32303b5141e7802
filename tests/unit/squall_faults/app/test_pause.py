"""``app.pause``: SIGSTOP and SIGCONT around the block; processes that stand still are the bite."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import AppPause, HealFailed, InjectionFailed, within


@pytest.mark.parametrize("frozen", [0, 1, 5])
async def test_the_timeline_of_calls(stub: Any, frozen: int) -> None:
    port = stub(frozen=frozen)
    async with within(AppPause(), port) as injection:
        port.clock.advance(0.5)
        bite = await injection.bite()
    assert port.calls == [(0, "pause"), (0.5, "resume")]
    assert (bite.count, bite.what) == (frozen, "app processes frozen")


async def test_a_pause_that_fails_half_way_is_undone(stub: Any) -> None:
    port = stub(refuses="pause")
    with pytest.raises(InjectionFailed, match="pause: the stub refuses"):
        async with within(AppPause(), port):
            pytest.fail("must not be entered")
    assert port.calls == [(0, "pause"), (0, "resume")]


async def test_an_app_that_does_not_go_on_is_told_as_a_failed_cure(stub: Any) -> None:
    with pytest.raises(HealFailed, match=r"AppPause\(\) could not be undone: resume"):
        async with within(AppPause(), stub(refuses="resume")):
            pass
