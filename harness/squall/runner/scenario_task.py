"""A scenario that waits for its verdict, and how many runs the verdict needs."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from squall_faults.client.load_spike import LoadSpike

from squall.lab.lab import Lab
from squall.lab.warm_up import LEAST_RATE
from squall.runner.result import Run
from squall.scenario.model import Scenario

AGREEING = 2
"""Number of runs that must agree once a run has missed limits closely."""

SPIKES_REPEATED = 1
"""Repeats of an outage of more load with as much load as it had."""


@dataclass(slots=True)
class ScenarioTask:
    """A scenario that waits for its verdict."""

    scenario: Scenario
    seed: int
    number: int = 0
    """Its position in the table."""
    repeats: int = 0
    """Number of inconclusive runs."""
    redraws: int = 0
    """Added to the seed: the same draws would miss again."""
    failed_labs: int = 0
    """Number of labs that failed under it."""
    unhealthy_labs: int = 0
    """Number of labs that were replaced because the app was not healthy before its fault."""
    killed: Run | None = None
    """A run whose app did not end, in a lab that other outages had used."""
    doubtful: tuple[Lab, Run] | None = None
    """The last run that proved nothing because the machine was busy, and its lab."""
    close_failures: list[Run] = field(default_factory=list)
    """Runs that missed limits by less than twice."""
    rate: float = math.inf
    """Most requests per second; less after each run that a busy machine has spoilt."""
    passes: int = 0
    """Number of runs that passed since the first of them."""

    def is_unconfirmed(self, run: Run) -> bool:
        """Count the run. Whether a run missed limits closely, and no two runs agree yet."""
        if run.failed_closely:
            self.close_failures.append(run)
            return len(self.close_failures) < AGREEING
        if self.close_failures and run.passed:
            self.passes += 1
            return self.passes < AGREEING
        return False

    def left_ill(self, run: Run, lab: Lab) -> Run:
        """The run. If the app was unhealthy before its fault on a machine that was not busy, in the
        lab of a run that a busy one had excused, and in a lab before as well: that run.
        """
        if self.doubtful is None or self.doubtful[0] is not lab or not self.unhealthy_labs:
            return run
        ill = run.unhealthy_before_fault and not run.slow_before_fault and not run.machine_was_busy
        return self.doubtful[1].persisted() if ill else run

    def slow_down(self, rate: float) -> None:
        """Halve the load, so that the app needs less of a machine that others use, too. Where more
        load is the fault, that is another outage: it is repeated once as it was.
        """
        spikes = any(isinstance(step.fault, LoadSpike) for step in self.scenario.steps)
        if spikes and self.repeats <= SPIKES_REPEATED:
            return
        self.rate = max(LEAST_RATE, min(self.rate, rate) / 2)

    def with_notes(self, run: Run) -> Run:
        """The run; one that passed tells what an earlier one missed."""
        if self.killed is not None:
            run = run.note_earlier_kill(self.killed)
        if not self.close_failures or not run.passed:
            return run
        runs = len(self.close_failures) + self.passes
        return run.note_close_failure(self.close_failures[0], runs)
