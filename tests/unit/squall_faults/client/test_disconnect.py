"""``client.disconnect``: a share of callers is told to hang up, and told otherwise at the heal."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import Disconnect, HealFailed, InjectionFailed, InvalidFault, within


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Disconnect(), ("hang_up", 0.5, 0.002)),
        (Disconnect(share=1, after_ms=0), ("hang_up", 1, 0.0)),
        (Disconnect(share=0.1, after_ms=1500), ("hang_up", 0.1, 1.5)),
    ],
    ids=["default", "all at once", "few and late"],
)
async def test_the_timeline_of_calls(stub: Any, fault: Disconnect, told: tuple[Any, ...]) -> None:
    port = stub()
    async with within(fault, port) as injection:
        port.clock.advance(2)
        port.were_cut_short += 17
        bite = await injection.bite()
    assert port.calls == [
        (0, "cut_short"),
        (0, *told),
        (2, "cut_short"),
        (2, "hang_up", 0, 0),
    ]
    assert (bite.count, bite.what) == (17, "calls cut short")


async def test_calls_that_were_cut_short_before_are_no_bite(stub: Any) -> None:
    async with within(Disconnect(), stub()) as injection:
        assert (await injection.bite()).count == 0


async def test_a_refusal_is_an_error_that_leaves_nothing_behind(stub: Any) -> None:
    port = stub(refuses=("hang_up", 0.5, 0.002))
    with pytest.raises(InjectionFailed, match="hang_up: the stub refuses"):
        async with within(Disconnect(), port):
            pytest.fail("must not be entered")
    assert port.calls[-1] == (0, "hang_up", 0, 0)


async def test_callers_that_go_on_hanging_up_are_told_as_a_failed_cure(stub: Any) -> None:
    with pytest.raises(HealFailed, match=r"Disconnect\(.+\) could not be undone: hang_up"):
        async with within(Disconnect(), stub(refuses=("hang_up", 0, 0))):
            pass


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"share": 0}, "share must be more than 0 and at most 1, got 0"),
        ({"share": 1.01}, "share must be more than 0 and at most 1, got 1.01"),
        ({"share": "half"}, "share must be more than 0 and at most 1, got 'half'"),
        ({"share": True}, "share must be more than 0 and at most 1, got True"),
        ({"after_ms": -1}, "after_ms must be a whole number from 0 to 60000, got -1"),
        ({"after_ms": 60_001}, "after_ms must be a whole number from 0 to 60000, got 60001"),
        ({"after_ms": 0.5}, "after_ms must be a whole number from 0 to 60000, got 0.5"),
    ],
)
def test_an_impossible_value_is_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidFault, match=words):
        Disconnect(**wrong)
