"""A run that others on the machine have spoilt says nothing of the app, and is done again."""

from __future__ import annotations

from collections.abc import Callable

from harness.core import events
from harness.scenario.model import Scenario
from harness.scenario.outcome import Run
from harness.scenario.runner import Runner

TRIES = 3
"""After so many the machine is too busy for this, and the verdict says so."""


async def conclusive(
    runner: Runner,
    scenario: Scenario,
    *,
    seed: int,
    listener: events.Listener,
    again: Callable[[Run], None],
    paired: bool = False,
) -> Run:
    """The first run that says something, or the last one; ``again`` hears of those not counted.

    Raises:
        LabError: see :meth:`Runner.run`.
    """
    for _ in range(TRIES - 1):
        run = await runner.run(scenario, seed=seed, listener=listener, paired=paired)
        if not run.machine_was_busy:
            return run
        again(run)
    return await runner.run(scenario, seed=seed, listener=listener, paired=paired)
