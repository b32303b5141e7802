"""``network.limit_data``: connections end once enough bytes have passed."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import InjectionFailed, InvalidFault, LimitData, within


@pytest.mark.parametrize(
    ("fault", "toxic", "bitten"),
    [
        (
            LimitData(max_bytes=100),
            ("squall_limit_data_downstream", "limit_data", "downstream", {"bytes": 100}),
            4,
        ),
    ],
    ids=repr,
)
async def test_the_timeline_of_calls(
    stub: Any, fault: LimitData, toxic: tuple[Any, ...], bitten: int
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
    assert (bite.count, bite.what) == (bitten, "connections cut")


async def test_a_refused_toxic_is_an_error_that_leaves_nothing_behind(stub: Any) -> None:
    port = stub(refuses="add_toxic")
    with pytest.raises(InjectionFailed, match="the stub refuses"):
        async with within(LimitData(max_bytes=0), port):
            pytest.fail("must not be entered")
    assert port.calls[-1] == (0, "remove_toxic", "squall_limit_data_downstream")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"max_bytes": -1}, "max_bytes must be a whole number from 0"),
        ({"max_bytes": 1, "proxy": "Redis!"}, "proxy must be"),
    ],
)
def test_an_impossible_value_is_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidFault, match=words):
        LimitData(**wrong)
