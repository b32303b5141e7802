"""``network.slicer``: bytes arrive in small pieces."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import InjectionFailed, InvalidFault, Slicer, within


@pytest.mark.parametrize(
    ("fault", "toxic", "bitten"),
    [
        (
            Slicer(average_bytes=10, variation_bytes=4, delay_us=50),
            (
                "squall_slicer_downstream",
                "slicer",
                "downstream",
                {"average_size": 10, "size_variation": 4, "delay": 50},
            ),
            500,
        ),
    ],
    ids=repr,
)
async def test_the_timeline_of_calls(
    stub: Any, fault: Slicer, toxic: tuple[Any, ...], bitten: int
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
    assert (bite.count, bite.what) == (bitten, "bytes sliced")


async def test_a_refused_toxic_is_an_error_that_leaves_nothing_behind(stub: Any) -> None:
    port = stub(refuses="add_toxic")
    with pytest.raises(InjectionFailed, match="the stub refuses"):
        async with within(Slicer(average_bytes=1), port):
            pytest.fail("must not be entered")
    assert port.calls[-1] == (0, "remove_toxic", "squall_slicer_downstream")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"average_bytes": 0}, "average_bytes must be a whole number from 1"),
        ({"average_bytes": 5, "variation_bytes": 5}, "variation_bytes .* from 0 to 4"),
        ({"average_bytes": 5, "delay_us": -1}, "delay_us must be a whole number from 0"),
    ],
)
def test_an_impossible_value_is_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidFault, match=words):
        Slicer(**wrong)
