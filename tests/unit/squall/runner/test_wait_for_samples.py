"""The wait for the answers before the first fault: for a condition, with a limit."""

from __future__ import annotations

import pytest
from squall.core.clock import VirtualClock
from squall.runner.wait_for_samples import LATER_SECONDS, LEAST, wait_for_samples
from squall.scenario.model import Load, Scenario


@pytest.mark.parametrize(
    ("before_seconds", "per_second", "waited"),
    [
        (0.5, 0.0, LATER_SECONDS),  # they never come
        (0.5, 400.0, 0.1),  # the last of them is there after a tenth of a second
        (0.5, 1e6, 0.01),
        (0.3, 0.0, 0.0),  # 30 were planned, so 40 are not waited for
    ],
)
async def test_what_was_planned_is_waited_for(
    before_seconds: float, per_second: float, waited: float
) -> None:
    clock = VirtualClock(5.0)
    thin = Scenario(
        name="x", story="x", steps=(), before_seconds=before_seconds, load=Load(rate_per_second=100)
    )
    await wait_for_samples(thin, lambda: int((clock.now() - 5.0) * per_second), clock)
    assert clock.now() - 5.0 == pytest.approx(waited, abs=0.011)


async def test_who_has_them_already_goes_on_at_once() -> None:
    clock = VirtualClock()
    whole = Scenario(name="x", story="x", steps=(), load=Load(rate_per_second=100))
    await wait_for_samples(whole, lambda: LEAST, clock)
    assert clock.now() == 0.0
