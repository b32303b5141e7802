"""Before the first fault: as many answers as the steady state is judged by.

load ──✓──✓──✓────✓──✓──▶│ before_seconds are over │ 40 answers are there │ fault
                         └─ a busy machine gives them a little later ───┘
"""

from __future__ import annotations

from collections.abc import Callable

from harness.checkers.percentiles import least_samples
from harness.core.clock import Clock
from harness.scenario.model import Scenario

LEAST = least_samples(95)
"""Answers that a p95 needs."""

LATER_SECONDS = 1.0
"""How much later they may come; after that the steady state is judged as it is."""

POLL_SECONDS = 0.01


async def answered_enough(scenario: Scenario, answers: Callable[[], int], clock: Clock) -> None:
    """Wait for them, if so many were planned: a thin scenario stays thin."""
    planned = scenario.load.rate_per_second * scenario.before_seconds
    until = clock.now() + LATER_SECONDS
    while planned >= LEAST > answers() and clock.now() < until:
        await clock.sleep(POLL_SECONDS)
