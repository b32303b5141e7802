"""``client.ask_for_nothing``: requests for what is not there are sent, and ended at the heal."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import AskForNothing, HealFailed, InvalidFault, within


async def test_the_timeline_of_calls(stub: Any) -> None:
    port = stub()
    async with within(AskForNothing(times=3), port) as injection:
        port.clock.advance(2)
        port.were_for_nothing += 12
        bite = await injection.bite()
    assert port.calls == [
        (0, "asked_for_nothing"),
        (0, "ask_for_nothing", 3),
        (2, "asked_for_nothing"),
        (2, "ask_for_nothing", 0),
    ]
    assert (bite.count, bite.what) == (12, "requests for nothing")


async def test_requests_that_go_on_are_told_as_a_failed_heal(stub: Any) -> None:
    with pytest.raises(HealFailed, match="could not be undone: ask_for_nothing"):
        async with within(AskForNothing(), stub(refuses=("ask_for_nothing", 0))):
            pass


@pytest.mark.parametrize("times", [0, -1, 101])
def test_impossible_values_are_refused(times: float) -> None:
    with pytest.raises(InvalidFault):
        AskForNothing(times=times)
