"""Before the first fault, wait for enough answers to judge the steady state.

load ──✓──✓──✓────✓──✓──▶│ before_seconds are over │ 40 answers have come │ fault
                         └─ on a busy machine they come a little later ──┘
"""

from __future__ import annotations

from collections.abc import Callable

from squall.core.clock import Clock
from squall.gates.percentiles import min_samples
from squall.scenario.model import Scenario

LEAST = min_samples(95)
"""Minimum number of answers for a p95."""

LATER_SECONDS = 1.0
"""Maximum additional wait; after that the steady state is judged with the answers so far."""

POLL_SECONDS = 0.01


async def wait_for_samples(scenario: Scenario, answers: Callable[[], int], clock: Clock) -> None:
    """Wait for them, if that many were planned. A scenario with fewer requests does not wait."""
    planned = scenario.load.rate_per_second * scenario.before_seconds
    until = clock.now() + LATER_SECONDS
    while planned >= LEAST > answers() and clock.now() < until:
        await clock.sleep(POLL_SECONDS)
