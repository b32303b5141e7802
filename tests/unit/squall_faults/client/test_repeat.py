"""``client.repeat``: a share of callers is told to repeat, and told otherwise at the heal."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import HealFailed, InvalidFault, Repeat, within


async def test_the_timeline_of_calls(stub: Any) -> None:
    port = stub()
    async with within(Repeat(share=0.3, after_ms=600), port) as injection:
        port.clock.advance(2)
        port.were_repeated += 12
        bite = await injection.bite()
    assert port.calls == [
        (0, "repeated"),
        (0, "repeat", 0.3, 0.6),
        (2, "repeated"),
        (2, "repeat", 0, 0),
    ]
    assert (bite.count, bite.what) == (12, "writes repeated")


async def test_repeats_may_have_another_body(stub: Any) -> None:
    port = stub()
    async with within(Repeat(share=0.3, another_body=True), port):
        pass
    assert port.calls[1:] == [(0, "repeat", 0.3, 0.005, "another body"), (0, "repeat", 0, 0)]


async def test_repeats_may_be_those_of_others(stub: Any) -> None:
    port = stub()
    async with within(Repeat(share=1.0, rivals=True), port):
        pass
    assert port.calls[1:] == [(0, "repeat", 1.0, 0.005, "rivals"), (0, "repeat", 0, 0)]


async def test_callers_that_go_on_are_told_as_a_failed_heal(stub: Any) -> None:
    with pytest.raises(HealFailed, match="could not be undone: repeat"):
        async with within(Repeat(), stub(refuses=("repeat", 0, 0))):
            pass


@pytest.mark.parametrize("wrong", [{"share": 0}, {"share": 1.1}, {"after_ms": -1}])
def test_impossible_values_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidFault):
        Repeat(**wrong)
