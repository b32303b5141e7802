"""``network.stall``: Toxiproxy's bandwidth of nothing, which holds bytes and gives them back."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import InjectionFailed, InvalidFault, Stall, within


@pytest.mark.parametrize(
    ("fault", "name", "direction", "bytes_held"),
    [
        (Stall(), "squall_bandwidth_downstream", "downstream", 500),
        (Stall(direction="upstream"), "squall_bandwidth_upstream", "upstream", 7),
    ],
    ids=["downstream", "upstream"],
)
async def test_the_timeline_of_calls(
    stub: Any, fault: Stall, name: str, direction: str, bytes_held: int
) -> None:
    port = stub()
    async with within(fault, port) as injection:
        port.clock.advance(2)
        port.passes(up=7, down=500)
        bite = await injection.bite()
    assert port.calls == [
        (0, "traffic"),
        (0, "add_toxic", name, "bandwidth", direction, {"rate": 0}),
        (2, "traffic"),
        (2, "remove_toxic", name),
    ]
    assert (bite.count, bite.what) == (bytes_held, "bytes held")


async def test_a_refused_toxic_is_an_error_that_leaves_nothing_behind(stub: Any) -> None:
    port = stub(refuses="add_toxic")
    with pytest.raises(InjectionFailed, match="the stub refuses"):
        async with within(Stall(), port):
            pytest.fail("must not be entered")
    assert port.calls[-1] == (0, "remove_toxic", "squall_bandwidth_downstream")


@pytest.mark.parametrize("wrong", [{"direction": "both"}, {"proxy": "no name"}])
def test_what_no_proxy_can_do_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidFault, match=r"must be (one of|postgres, app or)"):
        Stall(**wrong)
