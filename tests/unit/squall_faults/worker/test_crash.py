"""``worker.crash``: SIGKILL, then a start; whoever it hits is the bite."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import HealFailed, InjectionFailed, InvalidFault, WorkerCrash, within


async def test_the_timeline_of_calls(stub: Any) -> None:
    port = stub(count=3)
    async with within(WorkerCrash(), port) as injection:
        port.clock.advance(0.5)
        bite = await injection.bite()
    assert port.calls == [(0, "crash"), (0.5, "revive")]
    assert (bite.count, bite.what) == (3, "worker processes killed")


async def test_a_worker_that_does_not_run_is_no_bite(stub: Any) -> None:
    async with within(WorkerCrash(), stub(count=0)) as injection:
        assert (await injection.bite()).count == 0


async def test_a_worker_that_is_back_before_the_heal_is_told(stub: Any) -> None:
    port = stub()
    async with within(WorkerCrash(process="mails"), port) as injection:
        assert await injection.lapsed() == ""
        port.back_early = True
        assert await injection.lapsed() == "the worker is up again"


async def test_a_fault_that_fails_half_way_is_undone(stub: Any) -> None:
    port = stub(refuses="crash")
    with pytest.raises(InjectionFailed, match="crash"):
        async with within(WorkerCrash(), port):
            pytest.fail("must not be entered")
    assert port.calls[-1] == (0, "revive")


async def test_a_worker_that_does_not_come_back_is_told_as_a_failed_heal(stub: Any) -> None:
    with pytest.raises(HealFailed, match=r"WorkerCrash\(.*\) could not be undone"):
        async with within(WorkerCrash(), stub(refuses="revive")):
            pass


def test_a_name_that_no_process_can_have_is_refused() -> None:
    with pytest.raises(InvalidFault, match="process must be the name of one"):
        WorkerCrash(process="My Worker")
