"""``network.bandwidth``: a toxic of Toxiproxy's name, the bytes that passed as bite."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import Bandwidth, InjectionFailed, InvalidFault, within


@pytest.mark.parametrize(
    ("fault", "toxic", "bitten"),
    [
        (
            Bandwidth(rate_kb_per_s=8),
            ("squall_bandwidth_downstream", "bandwidth", "downstream", {"rate": 8}),
            500,
        ),
        (
            Bandwidth(rate_kb_per_s=1, direction="upstream"),
            ("squall_bandwidth_upstream", "bandwidth", "upstream", {"rate": 1}),
            7,
        ),
    ],
    ids=repr,
)
async def test_the_timeline_of_calls(
    stub: Any, fault: Bandwidth, toxic: tuple[Any, ...], bitten: int
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
    assert (bite.count, bite.what) == (bitten, "bytes throttled")


async def test_a_refused_toxic_is_an_error_that_leaves_nothing_behind(stub: Any) -> None:
    port = stub(refuses="add_toxic")
    with pytest.raises(InjectionFailed, match="the stub refuses"):
        async with within(Bandwidth(rate_kb_per_s=8), port):
            pytest.fail("must not be entered")
    assert port.calls[-1] == (0, "remove_toxic", "squall_bandwidth_downstream")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"rate_kb_per_s": 0}, "rate_kb_per_s must be a whole number from 1"),
        ({"rate_kb_per_s": 1, "direction": "both"}, "direction must be one of"),
    ],
)
def test_an_impossible_value_is_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidFault, match=words):
        Bandwidth(**wrong)
