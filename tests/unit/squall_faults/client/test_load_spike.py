"""``client.load_spike``: so many times the planned load, and the planned load at the heal."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import HealFailed, InjectionFailed, InvalidFault, LoadSpike, within


@pytest.mark.parametrize("factor", [1.5, 5, 100])
async def test_the_timeline_of_calls(stub: Any, factor: float) -> None:
    port = stub()
    async with within(LoadSpike(factor=factor), port) as injection:
        port.clock.advance(2)
        port.were_extra += 300
        bite = await injection.bite()
    assert port.calls == [
        (0, "extra"),
        (0, "multiply", float(factor)),
        (2, "extra"),
        (2, "multiply", 1),
    ]
    assert (bite.count, bite.what) == (300, "calls beyond the plan")


async def test_those_beyond_the_plan_may_all_write(stub: Any) -> None:
    port = stub()
    async with within(LoadSpike(factor=3, writes=True), port):
        pass
    assert (0, "multiply", 3.0, "writes") in port.calls
    assert port.calls[-1] == (0, "multiply", 1)


async def test_calls_of_an_earlier_spike_are_no_bite(stub: Any) -> None:
    async with within(LoadSpike(), stub()) as injection:
        assert (await injection.bite()).count == 0


async def test_a_refusal_is_an_error_that_leaves_nothing_behind(stub: Any) -> None:
    port = stub(refuses=("multiply", 5.0))
    with pytest.raises(InjectionFailed, match="multiply: the stub refuses"):
        async with within(LoadSpike(), port):
            pytest.fail("must not be entered")
    assert port.calls[-1] == (0, "multiply", 1)


async def test_a_load_that_stays_is_told_as_a_failed_cure(stub: Any) -> None:
    with pytest.raises(
        HealFailed, match=r"LoadSpike\(factor=5.0.*\) could not be undone: multiply"
    ):
        async with within(LoadSpike(), stub(refuses=("multiply", 1))):
            pass


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (1, "factor must be more than 1 and at most 100, got 1"),
        (0.5, "factor must be more than 1 and at most 100, got 0.5"),
        (100.1, "factor must be more than 1 and at most 100, got 100.1"),
        (float("nan"), "factor must be more than 1 and at most 100, got nan"),
        ("5", "factor must be a number, got '5'"),
        (True, "factor must be a number, got True"),
        (None, "factor must be a number, got None"),
    ],
)
def test_what_is_no_spike_is_refused(factor: Any, words: str) -> None:
    with pytest.raises(InvalidFault, match=words):
        LoadSpike(factor=factor)
