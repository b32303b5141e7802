"""``client.hold_bodies``: callers send half of a request, and leave at the heal."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import HealFailed, HoldBodies, InvalidFault, within


async def test_the_timeline_of_calls(stub: Any) -> None:
    port = stub()
    async with within(HoldBodies(requests=12), port) as injection:
        port.clock.advance(2)
        port.were_opened += 11
        bite = await injection.bite()
    assert port.calls == [
        (0, "opened_streams"),
        (0, "hold_bodies", 12),
        (2, "opened_streams"),
        (2, "hold_bodies", 0),
    ]
    assert (bite.count, bite.what) == (11, "requests held")


async def test_callers_that_stay_are_told_as_a_failed_heal(stub: Any) -> None:
    with pytest.raises(HealFailed, match="could not be undone: hold_bodies"):
        async with within(HoldBodies(), stub(refuses=("hold_bodies", 0))):
            pass


@pytest.mark.parametrize("wrong", [0, -1, 1_001, 1.5, True])
def test_impossible_numbers_are_refused(wrong: Any) -> None:
    with pytest.raises(InvalidFault):
        HoldBodies(requests=wrong)
