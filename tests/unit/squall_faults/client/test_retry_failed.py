"""``client.retry_failed``: a share of callers is told to retry, and told otherwise at the heal."""

from __future__ import annotations

from typing import Any

import pytest
from squall_faults import HealFailed, InvalidFault, RetryFailed, within


async def test_the_timeline_of_calls(stub: Any) -> None:
    port = stub()
    async with within(RetryFailed(share=0.3, after_ms=600), port) as injection:
        port.clock.advance(2)
        port.were_repeated += 12
        bite = await injection.bite()
    assert port.calls == [
        (0, "repeated"),
        (0, "retry_failed", 0.3, 0.6),
        (2, "repeated"),
        (2, "retry_failed", 0, 0),
    ]
    assert (bite.count, bite.what) == (12, "writes sent again")


async def test_callers_that_go_on_are_told_as_a_failed_heal(stub: Any) -> None:
    with pytest.raises(HealFailed, match="could not be undone: retry_failed"):
        async with within(RetryFailed(), stub(refuses=("retry_failed", 0, 0))):
            pass


@pytest.mark.parametrize("wrong", [{"share": 0}, {"share": 1.1}, {"after_ms": -1}])
def test_impossible_values_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidFault):
        RetryFailed(**wrong)
