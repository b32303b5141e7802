"""The suite runner: scenarios are shared among labs, until each has its verdict.

    group ──▶ lab ──▶ run, run, run …
                └─ failed or tainted ──▶ a new lab: the others continue

``squall check`` and ``squall run``, the pytest plugin, :class:`~squall.runner.sync.SyncLab`, the
kill matrix and the pattern matrix are its clients. Everything that they show comes from its events.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from squall.core.clock import Clock, MonotonicClock
from squall.core.groups import ungrouped
from squall.lab.lab_options import LabOptions
from squall.runner.emitter import Emitter
from squall.runner.lab_slot import LabSlot, LabTally
from squall.runner.labs_at_once import LabsAtOnce
from squall.runner.resolve_scenario import resolve_scenario
from squall.runner.result import LabFailure, Run
from squall.runner.retry_policy import DEFAULT_POLICY, RetryPolicy
from squall.runner.scenario_queue import ScenarioQueue, fill_queues
from squall.runner.scenario_runs import (
    Deferred,
    Outcome,
    ScenarioRuns,
)
from squall.runner.scenario_task import ScenarioTask
from squall.runner.suite_events import (
    LabsReduced,
    ScenarioSkipped,
    SuiteFinished,
    SuiteGroup,
    SuiteListener,
    SuiteResult,
    SuiteStarted,
    TimeLimitReached,
)
from squall.scenario.model import Scenario
from squall.scenario.selection import Skipped


@dataclass(slots=True)
class Suite:
    """Runs the scenarios of groups, each group against its own app."""

    groups: Sequence[SuiteGroup]
    jobs: int = 1
    """Labs at the same time, over all groups."""
    jobs_if_busy: int | None = None
    """Labs that remain if the machine is too busy for more; None: all of them."""
    time_limit: float | None = None
    """Seconds after which no scenario starts any more; None: all scenarios run."""
    policy: RetryPolicy = DEFAULT_POLICY
    listeners: Sequence[SuiteListener] = ()
    paired: bool = False
    """Whether each scenario has a control arm: a run without the fault before it."""
    skipped: Sequence[Skipped] = ()
    """Scenarios that were skipped by choice."""
    clock: Clock = field(default_factory=MonotonicClock)
    _done: dict[int, Run] = field(default_factory=dict)
    _left: list[Skipped] = field(default_factory=list)
    _begun: float = 0.0
    _tally: LabTally = field(default_factory=LabTally)
    _queues: list[ScenarioQueue] = field(default_factory=list)
    _deferred: list[tuple[ScenarioQueue, ScenarioTask]] = field(default_factory=list)

    @property
    def result(self) -> SuiteResult:
        """The result so far."""
        return SuiteResult(
            runs=[self._done[number] for number in sorted(self._done)],
            failures=tuple(self._tally.failed),
            skipped=tuple(self._left),
            coverage=self._tally.coverage,
        )

    async def run(self) -> SuiteResult:
        """Run everything. :class:`SuiteFinished` is emitted however the suite ends.

        Raises:
            LabError: the first lab did not start.
            UsageError: no lab supports these options.
        """
        emitter = Emitter(self.listeners, self.clock)
        self._begun = emitter.now()
        try:
            await emitter.emit(SuiteStarted(at=emitter.now(), groups=self.groups))
            for skipped in self.skipped:
                self._left.append(skipped)
                await emitter.emit(ScenarioSkipped(at=emitter.now(), skipped=skipped))
            await self._run_all(emitter)
        except BaseException as error:
            now = emitter.now()
            await emitter.emit(
                SuiteFinished(at=now, result=self.result, interrupted=True, error=error)
            )
            raise
        await emitter.emit(SuiteFinished(at=emitter.now(), result=self.result))
        return self.result

    async def _run_all(self, emitter: Emitter) -> None:
        self._queues = fill_queues(self.groups, self.jobs, short_first=self.time_limit is not None)
        self._labs.at_least = self.jobs_if_busy or self.jobs
        count = sum(len(queue.waiting) for queue in self._queues)
        with ungrouped():
            async with asyncio.TaskGroup() as tasks:
                for _ in range(min(self.jobs, count)):
                    tasks.create_task(self._work(emitter))
        while self._deferred:
            again, self._deferred = self._deferred, []
            for queue, task in again:
                queue.waiting.append(task)
            await self._work(emitter)

    async def _work(self, emitter: Emitter) -> None:
        """The work of one slot: group after group, until no scenario waits."""
        self._labs.working += 1
        while (queue := self._next_queue()) is not None:
            queue.labs += 1
            slot = LabSlot(queue.group, emitter, self._tally)
            runs = ScenarioRuns(slot, self.policy, emitter, self.paired, self._keep)
            try:
                reduced = await self._work_on(queue, runs, emitter)
            finally:
                queue.labs -= 1
                await slot.discard()
            if reduced:
                await emitter.emit(LabsReduced(at=emitter.now(), left=self._labs.working))
                return
        self._labs.working -= 1

    async def _work_on(self, queue: ScenarioQueue, runs: ScenarioRuns, emitter: Emitter) -> bool:
        """Scenario after scenario of one group. True if its lab is one too many."""
        while queue.waiting:
            task = queue.waiting.pop(0)
            outcome = await runs.run(task)
            self._take(queue, task, outcome)
            await self._skip_rest(queue, outcome, emitter)
            if runs.hopeless:
                self._give_up(queue)
            await self._stop_if_late(emitter)
            if self._labs.give_up_one():
                return True
        return False

    async def _stop_if_late(self, emitter: Emitter) -> None:
        """After the time limit nothing waits any more, also for another try."""
        if self.time_limit is None or emitter.now() - self._begun < self.time_limit:
            return
        late = [task for queue in self._queues for task in queue.waiting]
        late += [task for _queue, task in self._deferred]
        for queue in self._queues:
            queue.waiting.clear()
        self._deferred.clear()
        reason = f"not run: the time limit of {self.time_limit:g} s was reached (--time-limit)"
        left = [Skipped(scenario=task.scenario, reason=reason) for task in late]
        self._left += left
        if left:
            await emitter.emit(TimeLimitReached(at=emitter.now(), left=left))

    async def _skip_rest(self, queue: ScenarioQueue, ill: Outcome, emitter: Emitter) -> None:
        """Skip scenarios that would only repeat that the app is unhealthy without a fault."""
        if isinstance(ill, LabFailure | Skipped | Deferred) or not ill.ill_without_faults:
            return
        rate = ill.scenario.load.rate_per_second
        again = [one for one in queue.waiting if one.scenario.load.rate_per_second >= rate]
        queue.waiting = [one for one in queue.waiting if one not in again]
        reason = f"not run: the app is not well without faults (see {ill.scenario.name})"
        for task in again:
            skipped = Skipped(scenario=task.scenario, reason=reason)
            self._left.append(skipped)
            await emitter.emit(
                ScenarioSkipped(at=emitter.now(), skipped=skipped, group=queue.group)
            )

    @property
    def _labs(self) -> LabsAtOnce:
        return self._tally.labs

    def _next_queue(self) -> ScenarioQueue | None:
        return next(
            (each for each in self._queues if each.waiting and each.labs < each.group.max_labs),
            None,
        )

    def _keep(self, task: ScenarioTask, run: Run) -> None:
        self._done[task.number] = run

    def _take(self, queue: ScenarioQueue, task: ScenarioTask, outcome: Outcome) -> None:
        if isinstance(outcome, Skipped):
            self._left.append(outcome)
        elif isinstance(outcome, Deferred):
            self._deferred.append((queue, task))

    def _give_up(self, queue: ScenarioQueue) -> None:
        """Skip waiting scenarios: a limit of the suite is reached, or its lab cannot be
        replaced.
        """
        whole = queue.group.options.can_start_anew
        reason = (
            f"not run: {len(self._tally.failed)} labs failed before"
            if whole
            else "not run: the lab failed before, and what it consists of is not ours to restart"
        )
        for each in self._queues if whole else [queue]:
            self._tally.failed += [
                LabFailure(scenario=task.scenario, reason=reason, attempted=False)
                for task in each.waiting
            ]
            each.waiting.clear()


async def run_suite(
    scenarios: Sequence[Scenario | str | Path],
    options: LabOptions,
    *,
    jobs: int = 1,
    listeners: Sequence[SuiteListener] = (),
    policy: RetryPolicy = DEFAULT_POLICY,
    paired: bool = False,
) -> SuiteResult:
    """Run scenarios against one app: objects, names of stock outages, or files.

    Raises:
        UsageError: a scenario is unknown, or its file has problems.
        LabError: the first lab did not start.
    """
    group = SuiteGroup(
        scenarios=[resolve_scenario(each) for each in scenarios], options=options, max_labs=jobs
    )
    suite = Suite([group], jobs=jobs, policy=policy, listeners=listeners, paired=paired)
    return await suite.run()
