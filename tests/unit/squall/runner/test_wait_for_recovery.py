"""The window after the heal grows for an app that needs its deadline, and for no other."""

from __future__ import annotations

from typing import Any

import pytest
from squall import Scenario
from squall.core.clock import VirtualClock
from squall.history.evidence import Contract
from squall.runner.wait_for_recovery import RecoverySeen, wait_for_recovery

PLAIN = Scenario(name="x", story="y", steps=())


@pytest.mark.parametrize(
    ("recovers_at", "waited"),
    [(2.0, (0.0, 0.0)), (3.0, (0.5, 0.8)), (99.0, (2.8, 3.0))],
    ids=["at once", "within its deadline", "never"],
)
async def test_it_waits_while_the_app_has_not_recovered(
    make: Any, recovers_at: float, waited: tuple[float, float]
) -> None:
    """Healed at 2 s, looked at from 2.6 s on, with a deadline of 3 s."""
    clock = VirtualClock(2.6)

    def ops() -> list[Any]:
        times = (n / 100 for n in range(200, int(clock.now() * 100)))
        return [
            (make.op if at >= recovers_at else make.refusal)(n, at=at) for n, at in enumerate(times)
        ]

    seen = RecoverySeen(ops, tuple(make.outage()), Contract(deadline_seconds=3.0))
    await wait_for_recovery(PLAIN, seen, clock)
    assert waited[0] <= clock.now() - 2.6 <= waited[1]
