"""A component that ends unasked cuts the run short and is named."""

from __future__ import annotations

import asyncio

import pytest
from squall.core import events
from squall.core.clock import MonotonicClock, VirtualClock
from squall.core.errors import ComponentLost, LabError
from squall.lab.component_watch import ComponentWatch


class Stub:
    """A component that ends when the test says so."""

    def __init__(self) -> None:
        self.unasked_end = ""


class Ends:
    """Two components, and one that this lab does not have."""

    def __init__(self) -> None:
        self.engine, self.postgres = Stub(), Stub()

    def watch(self) -> ComponentWatch:
        parts = {"engine": self.engine, "PostgreSQL": self.postgres, "meter": None}
        return ComponentWatch(parts, VirtualClock())


async def test_a_whole_lab_gives_the_result() -> None:
    async def work() -> int:
        await asyncio.sleep(0)
        return 7

    happened: list[events.Event] = []
    assert await Ends().watch().guard(work(), happened.append) == 7
    assert happened == []


async def test_an_end_cuts_the_run_short_and_is_named() -> None:
    ends, undone, happened = Ends(), [], list[events.Event]()

    async def work() -> None:
        try:
            asyncio.get_running_loop().call_soon(
                setattr, ends.engine, "unasked_end", "ended by SIGKILL"
            )
            await asyncio.Event().wait()
        finally:
            undone.append("fault")

    with pytest.raises(ComponentLost, match="engine ended by SIGKILL, and Squall did not") as lost:
        await asyncio.wait_for(ends.watch().guard(work(), happened.append), 5)
    assert lost.value.component == "engine"
    assert undone == ["fault"], "the run heals what it did"
    assert [
        (one.component, one.how) for one in happened if isinstance(one, events.ComponentEnded)
    ] == [("engine", "ended by SIGKILL")]


async def test_an_end_in_the_last_moment_voids_the_result_too() -> None:
    ends = Ends()

    async def work() -> int:
        ends.postgres.unasked_end = "ended by SIGKILL"
        return 7

    with pytest.raises(ComponentLost, match="PostgreSQL"):
        await ends.watch().guard(work(), lambda _: None)


async def test_what_the_end_led_to_does_not_hide_it() -> None:
    ends = Ends()

    async def work() -> None:
        ends.engine.unasked_end = "ended with exit code 1"
        raise LabError("GET /proxies: ConnectionError")

    with pytest.raises(ComponentLost, match="engine ended with exit code 1") as lost:
        await ends.watch().guard(work(), lambda _: None)
    assert "ConnectionError" in str(lost.value.__cause__)


async def test_an_exit_that_is_reported_after_the_run_has_failed_for_it_is_named() -> None:
    ends = Ends()

    async def work() -> None:
        asyncio.get_running_loop().call_later(
            0.01, setattr, ends.engine, "unasked_end", "ended by SIGKILL"
        )
        raise LabError("GET /proxies: connection refused")

    with pytest.raises(ComponentLost, match="engine ended by SIGKILL"):
        await ComponentWatch({"engine": ends.engine}, MonotonicClock()).guard(
            work(), lambda _: None
        )


async def test_an_error_of_the_run_itself_comes_out_as_it_is() -> None:
    async def work() -> None:
        raise LabError("the standby does not follow")

    with pytest.raises(LabError, match="the standby does not follow") as caught:
        await Ends().watch().guard(work(), lambda _: None)
    assert not isinstance(caught.value, ComponentLost)


async def test_an_interruption_reaches_the_run() -> None:
    ended = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    guarded = asyncio.ensure_future(Ends().watch().guard(work(), lambda _: None))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    guarded.cancel()
    await asyncio.wait({guarded})
    assert guarded.cancelled()
    assert ended == [True]
