"""``network.slow_close``: the end of a direction is passed on late."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import InjectionFailed, InvalidFault, SlowClose, within


@pytest.mark.parametrize(
    ("fault", "toxic", "bitten"),
    [
        (
            SlowClose(delay_ms=30),
            ("squall_slow_close_downstream", "slow_close", "downstream", {"delay": 30}),
            4,
        ),
    ],
    ids=repr,
)
async def test_the_timeline_of_calls(
    stub: Any, fault: SlowClose, toxic: tuple[Any, ...], bitten: int
) -> None:
    port = stub()
    async with within(fault, port) as injection:
        port.clock.advance(2)
        port.passes(up=7, down=500, accepted=3, open=-1)
        bite = await injection.bite()
    assert port.calls == [
        (0, "traffic"),
        (0, "add_toxic", *toxic),
        (2, "traffic"),
        (2, "remove_toxic", toxic[0]),
    ]
    assert (bite.count, bite.what) == (bitten, "connections closed late")


async def test_a_refused_toxic_is_an_error_that_leaves_nothing_behind(stub: Any) -> None:
    port = stub(refuses="add_toxic")
    with pytest.raises(InjectionFailed, match="the stub refuses"):
        async with within(SlowClose(delay_ms=1), port):
            pytest.fail("must not be entered")
    assert port.calls[-1] == (0, "remove_toxic", "squall_slow_close_downstream")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"delay_ms": 0}, "delay_ms must be a whole number from 1 to 60000"),
        ({"delay_ms": 1, "scope": "old"}, "scope must be one of"),
    ],
)
def test_an_impossible_value_is_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidFault, match=words):
        SlowClose(**wrong)
