"""Two labs that are up at the same time, one for each commit; only one of them has a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from squall.comparing.commit_rounds import Arm, Measured
from squall.comparing.run_figures import figures_of
from squall.core.clock import Clock
from squall.core.errors import AppFailed, LabError
from squall.gates.verdict import Verdict
from squall.lab.lab import Lab
from squall.lab.lab_options import LabOptions
from squall.runner.bearable_rate import at_bearable_rate
from squall.runner.emitter import Emitter
from squall.runner.lab_slot import LabSlot, LabTally
from squall.runner.result import LabFailure, Run
from squall.runner.retry_policy import DEFAULT_POLICY
from squall.runner.scenario_runs import Outcome, ScenarioRuns
from squall.runner.scenario_task import ScenarioTask
from squall.runner.suite_events import SuiteGroup
from squall.scenario.model import Scenario
from squall.scenario.selection import Skipped

POLICY = replace(DEFAULT_POLICY, tries=2, confirm_close_failures=False)
"""A run that proves nothing is repeated once; then its pair is void, and the next one is due. A
failure is measured as it is: repeating some of the runs would bias the comparison.
"""


class CommitLabs:
    """Runs outages against either commit, with the load that both bear."""

    def __init__(self, options: Mapping[Arm, LabOptions], *, clock: Clock) -> None:
        self._slots: dict[Arm, LabSlot] = {}
        self._runs: dict[Arm, ScenarioRuns] = {}
        self._commits = {arm: each.profile.name for arm, each in options.items()}
        for arm, each in options.items():
            emitter, tally = Emitter((), clock), LabTally()
            group = SuiteGroup(scenarios=(), options=each, key=arm.value)
            self._slots[arm] = LabSlot(group, emitter, tally)
            self._runs[arm] = ScenarioRuns(self._slots[arm], POLICY, emitter)
        self._rate = 0.0

    async def start(self) -> list[str]:
        """Start both labs; what the reader has to know of their loads, one fact a line.

        Raises:
            LabError: one of them does not start; the message has the commit.
        """
        labs = {arm: await self._start(arm) for arm in self._slots}
        self._rate = min(lab.bearable_rate for lab in labs.values())
        return list(load_notes({arm: _operations(lab) for arm, lab in labs.items()}))

    async def _start(self, arm: Arm) -> Lab:
        try:
            return await self._slots[arm].ensure()
        except LabError as error:
            kind = AppFailed if isinstance(error, AppFailed) else LabError
            raise kind(f"the lab of {self._commits[arm]} did not start: {error}") from error

    async def run(self, arm: Arm, scenario: Scenario, seed: int) -> Measured:
        """One run, and its repeat where the machine was too busy."""
        scenario = at_bearable_rate(scenario, self._rate)
        wanted = scenario.load.rate_per_second
        runs = self._runs[arm]
        if runs.limit_reached:
            return Measured(void=f"too many labs of {self._commits[arm]} failed")
        return measured(await runs.run(ScenarioTask(scenario, seed)), wanted)

    async def close(self) -> None:
        """End both labs, also when one of them fails to end."""
        try:
            await self._slots[Arm.AGAINST].discard()
        finally:
            await self._slots[Arm.HERE].discard()


def measured(outcome: Outcome, wanted_rate: float) -> Measured:
    """What came of a run, as the comparison takes it."""
    if isinstance(outcome, Skipped):
        return Measured(void=outcome.reason, skipped=True)
    if isinstance(outcome, LabFailure):
        return Measured(void=f"its lab failed: {outcome.reason.splitlines()[0]}")
    if not isinstance(outcome, Run):
        return Measured(void="the machine was too busy")
    return _measured_run(outcome, wanted_rate)


def _measured_run(run: Run, wanted_rate: float) -> Measured:
    if run.unhealthy_before_fault or run.verdict is Verdict.INCONCLUSIVE:
        return Measured(void=run.diagnosis.reason, verdict=run.verdict)
    rate = run.scenario.load.rate_per_second
    if rate != wanted_rate:
        return Measured(void=f"it ran at {rate:g} requests per second, not at {wanted_rate:g}")
    return Measured(figures=figures_of(run), verdict=run.verdict)


def load_notes(operations: Mapping[Arm, frozenset[str]]) -> list[str]:
    """What only one of the commits is asked: different loads are never compared in silence."""
    here, against = operations[Arm.HERE], operations[Arm.AGAINST]
    notes = []
    for which, only in (("this commit", here - against), ("the other commit", against - here)):
        if only:
            names = ", ".join(sorted(only))
            notes.append(f"the loads differ: only {which} is asked {names}")
    return notes


def _operations(lab: Lab) -> frozenset[str]:
    return frozenset(one.name for one in lab.profile.operations)
