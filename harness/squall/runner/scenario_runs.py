"""Run one scenario until it has a verdict: runs, repeats and new labs, according to the policy."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, replace

from squall_faults import FaultError

from squall.core import events
from squall.core.errors import AppFailed, BudgetSpent, LabError, SquallError, UsageError
from squall.lab.lab import Lab
from squall.runner.bearable_rate import at_bearable_rate
from squall.runner.emitter import Emitter
from squall.runner.idle_machine import wait_for_idle_cpus
from squall.runner.lab_failures import engine_hung, is_interrupted, reason_of, without_cancellation
from squall.runner.lab_slot import LabSlot, LabTally
from squall.runner.repeat_reasons import BUSY, CLOSE, MISSED, NOT_ENDED, UNHEALTHY, USED_UP
from squall.runner.result import LabFailure, Run
from squall.runner.retry_policy import RetryPolicy
from squall.runner.run import Runner
from squall.runner.scenario_task import ScenarioTask
from squall.runner.suite_events import (
    LabFailed,
    RunProgress,
    ScenarioFinished,
    ScenarioRepeated,
    ScenarioSkipped,
    ScenarioStarted,
)
from squall.scenario.model import Scenario
from squall.scenario.selection import Skipped

log = logging.getLogger(__name__)


class Deferred:
    """The scenario runs again after everything else has run."""


DEFERRED = Deferred()

Outcome = Run | LabFailure | Skipped | Deferred


@dataclass(slots=True)
class ScenarioRuns:
    """Runs scenarios in one slot. All slots of a suite share policy and emitter."""

    slot: LabSlot
    policy: RetryPolicy
    emitter: Emitter
    paired: bool = False
    on_verdict: Callable[[ScenarioTask, Run], None] = lambda _task, _run: None
    """Called before listeners receive a verdict, so that an interruption does not lose it."""

    @property
    def tally(self) -> LabTally:
        """Counts over the labs of the whole suite."""
        return self.slot.tally

    @property
    def replaceable(self) -> bool:
        """Whether a lab can be discarded and another one started."""
        return self.slot.group.options.can_start_anew

    @property
    def limit_reached(self) -> bool:
        """Whether too many labs have failed: the next one would most likely fail, too."""
        limit = self.policy.max_failed_labs
        if limit is None:
            return False
        others = [one for one in self.tally.failed if not one.engine_hung]
        return max(len(others), self.tally.hung_in_a_row) >= limit

    @property
    def hopeless(self) -> bool:
        """Whether another run is pointless, for example after a lab that cannot be replaced."""
        return self.limit_reached or bool(self.tally.failed and not self.replaceable)

    async def run(self, task: ScenarioTask) -> Outcome:
        """Run the scenario to its result. Its events have been emitted then.

        Raises:
            UsageError: no lab can run it with these options.
            LabError: the first lab of the suite did not start.
        """
        while True:
            # A separate task: in Python 3.11 a task group that fails while it waits for its last
            # tasks leaves the surrounding task marked as cancelled, as if by the user.
            attempt = asyncio.ensure_future(self._once(task))
            try:
                outcome = await attempt
            except (UsageError, BudgetSpent):
                raise
            except (Exception, asyncio.CancelledError) as error:
                if error is self.emitter.failed or is_interrupted():
                    raise
                failure = await self._failed(task, without_cancellation(error))
                outcome = None if failure.again else failure
            if outcome is not None:
                return outcome

    async def _once(self, task: ScenarioTask) -> Outcome | None:
        """One run; None if it does not count and the next one may follow at once."""
        lab = await self._ready_lab(task.scenario)
        if reason := lab.unsupported_reason(task.scenario):
            return await self._skip(task.scenario, reason)
        run = await self._run(lab, task)
        if reason := self.slot.lighter.lighten(lab, run, used=self.slot.used):
            await self._repeat_lighter(run, reason, lab)
            return None
        used, self.slot.used = self.slot.used, True
        if self.policy.proves_nothing(run) and task.repeats + 1 < self.policy.tries:
            return await self._repeat_unproven(task, run, lab)
        if used and (reason := self._reason_for_new_lab(task, run)):
            await self._repeat(run, reason)
            await self.slot.discard()
            return None
        if self.policy.confirm_close_failures and task.is_unconfirmed(run):
            await self._repeat(run, CLOSE)
            await self._make_room(run)
            return None
        if used and run.ill_without_faults:
            run = run.after_others()
        return await self._finish(task, task.left_ill(run, lab), lab)

    async def _repeat_lighter(self, run: Run, reason: str, lab: Lab) -> None:
        self.tally.recount(lab.coverage)
        await self._repeat(run, reason)
        if run.evidence.first_injected is not None:
            await self._make_room(run)

    async def _finish(self, task: ScenarioTask, run: Run, lab: Lab) -> Run:
        """The verdict, reported."""
        run = task.with_notes(run)
        self.on_verdict(task, run)
        now, group = self.emitter.now(), self.slot.group
        await self.emitter.emit(ScenarioFinished(at=now, group=group, run=run, lab=lab))
        await self._make_room(run)
        return run

    def _reason_for_new_lab(self, task: ScenarioTask, run: Run) -> str:
        """What the outages before may have caused; empty if nothing. Counts it."""
        reason = UNHEALTHY if run.unhealthy_before_fault else USED_UP if run.newly_refused else ""
        reason = NOT_ENDED if run.had_to_be_killed else reason
        if not self.replaceable or task.unhealthy_labs >= self.policy.unhealthy_labs:
            return ""
        task.killed = run if run.had_to_be_killed else task.killed
        task.unhealthy_labs += bool(reason)
        task.repeats = 0 if reason else task.repeats
        return reason

    async def _skip(self, scenario: Scenario, reason: str) -> Skipped:
        skipped = Skipped(scenario=scenario, reason=reason)
        skip = ScenarioSkipped(at=self.emitter.now(), skipped=skipped, group=self.slot.group)
        await self.emitter.emit(skip)
        return skipped

    async def _repeat_unproven(self, task: ScenarioTask, run: Run, lab: Lab) -> Deferred | None:
        task.repeats += 1
        task.redraws += run.missed_by_chance
        if run.machine_was_busy:
            task.doubtful = lab, run
            self.tally.labs.count_busy_run()
        await self._repeat(run, MISSED if run.missed_by_chance else BUSY)
        if run.machine_was_busy:
            await wait_for_idle_cpus(self.emitter.clock)
            if lab.derived:
                task.slow_down(lab.bearable_rate)
        last = task.repeats + 1 == self.policy.tries
        # Beside other labs the last try waits for their end.
        alone = self.policy.repeat_alone or (self.tally.labs.working > 1 and last)
        if not alone and not self.policy.fresh_lab_each and not run.outlasted:
            return None  # in the same lab: starting a new one would not make the machine less busy
        await self._make_room(run)
        return DEFERRED if alone else None

    async def _ready_lab(self, scenario: Scenario) -> Lab:
        """The slot's lab. LabError if it is not intact, or does not start."""
        new = self.slot.lab is None
        lab = await self.slot.ensure()
        if not new and (left := await lab.broken()):
            raise LabError(f"the lab is not whole before {scenario.name}: {left}")
        return lab

    async def _run(self, lab: Lab, task: ScenarioTask) -> Run:
        scenario, group = task.scenario, self.slot.group
        await self.emitter.emit(
            ScenarioStarted(at=self.emitter.now(), group=group, scenario=scenario, lab=lab)
        )

        def progress(event: events.Event) -> None:
            self.emitter.emit_now(
                RunProgress(at=event.at, group=group, scenario=scenario, event=event)
            )

        seed = task.seed + task.repeats * self.policy.repeat_seed_step + task.redraws
        bearable = at_bearable_rate(scenario, min(task.rate, lab.bearable_rate))
        runner = Runner(lab, clock=self.emitter.clock)
        run = await runner.run(bearable, seed=seed, listener=progress, paired=self.paired)
        await self.emitter.settle()
        self.tally.hung_in_a_row = 0
        return run

    async def _repeat(self, run: Run, reason: str) -> None:
        await self.emitter.emit(
            ScenarioRepeated(at=self.emitter.now(), group=self.slot.group, run=run, reason=reason)
        )

    async def _make_room(self, run: Run) -> None:
        """End a lab in which the next run would prove less than in a new one."""
        if self.replaceable and (self.policy.fresh_lab_each or run.taints_lab):
            await self.slot.discard()

    async def _failed(self, task: ScenarioTask, error: Exception) -> LabFailure:
        """Count a lab that did not start, or broke."""
        log.debug("%s: the lab failed", task.scenario.name, exc_info=error)
        hung = engine_hung(error)
        patient = hung and self.replaceable and not self.limit_reached
        if self.tally.started == 0 and self.policy.first_lab_must_start and not patient:
            raise error
        if not isinstance(error, SquallError | FaultError) and os.environ.get("SQUALL_TRACEBACK"):
            raise error
        task.failed_labs += 1
        failure = LabFailure(
            scenario=task.scenario,
            reason=reason_of(error),
            app_failed=isinstance(error, AppFailed),
            engine_hung=hung,
        )
        self.tally.hung_in_a_row += hung
        self.tally.failed.append(failure)
        if self._may_try_again(task, failure):
            failure = self.tally.failed[-1] = replace(failure, again=True)
        await self.emitter.emit(
            LabFailed(at=self.emitter.now(), group=self.slot.group, failure=failure)
        )
        await self.slot.discard()
        return failure

    def _may_try_again(self, task: ScenarioTask, failure: LabFailure) -> bool:
        if failure.app_failed and self.policy.app_failure_is_final:
            return False
        return not self.hopeless and task.failed_labs < self.policy.labs_per_scenario
