"""``network.black_hole``: bytes of one direction or both are gone; each of them is the bite."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from squall_faults import BlackHole, InjectionFailed, InvalidFault, within
from squall_faults.network.black_hole import AT_THE_METER

UP, DOWN = "squall_timeout_upstream", "squall_timeout_downstream"
ADD_UP = (0, "add_toxic", UP, "timeout", "upstream", {"timeout": 0}, AT_THE_METER)
ADD_DOWN = (0, "add_toxic", DOWN, "timeout", "downstream", {"timeout": 0}, AT_THE_METER)


@pytest.mark.parametrize(
    ("direction", "added", "removed", "swallowed"),
    [
        ("upstream", [ADD_UP], [UP], 7),
        ("downstream", [ADD_DOWN], [DOWN], 500),
        ("both", [ADD_UP, ADD_DOWN], [DOWN, UP], 507),
    ],
)
async def test_the_timeline_of_calls(
    stub: Any,
    direction: Literal["upstream", "downstream", "both"],
    added: list[Any],
    removed: list[str],
    swallowed: int,
) -> None:
    port = stub()
    async with within(BlackHole(direction=direction), port) as injection:
        port.clock.advance(2)
        port.passes(up=7, down=500)
        bite = await injection.bite()
    assert port.calls == [
        (0, "traffic"),
        *added,
        (2, "traffic"),
        *((2, "remove_toxic", name) for name in removed),
    ]
    assert (bite.count, bite.what) == (swallowed, "bytes swallowed")


async def test_a_refused_toxic_is_an_error_that_leaves_nothing_behind(stub: Any) -> None:
    port = stub(refuses="add_toxic")
    with pytest.raises(InjectionFailed, match="the stub refuses"):
        async with within(BlackHole(), port):
            pytest.fail("must not be entered")
    assert port.calls[-1] == (0, "remove_toxic", UP)


@pytest.mark.parametrize("wrong", [{"direction": "up"}, {"proxy": "Redis!"}])
def test_what_no_proxy_can_do_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidFault, match="must be"):
        BlackHole(**wrong)
