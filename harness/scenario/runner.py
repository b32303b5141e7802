"""One run of one scenario in a lab: load, steady state, faults, heal, truth, verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.checkers.guards import SteadyState
from harness.checkers.starvation import excused
from harness.checkers.verdict import Verdict, judged
from harness.core import events
from harness.core.clock import Clock, MonotonicClock
from harness.core.ids import derived_seed, lab_id
from harness.history.evidence import Control, Evidence, Truth
from harness.history.op import Op
from harness.providers import app_log
from harness.scenario.injection import injected
from harness.scenario.lab import Lab
from harness.scenario.model import Scenario
from harness.scenario.outcome import Run
from harness.scenario.prepare import prepare
from harness.scenario.steady import answered_enough
from harness.scenario.watch import SAMPLE_SECONDS, Watch
from harness.workload.plan import Plan, WorkloadReport

__all__ = ["Run", "Runner"]

LEAD_SECONDS = 0.05
"""Between the plan and its first request: time for the plan to reach the generator."""

PATIENCE_SECONDS = 3.0
"""Callers wait this much longer than the app's deadline."""

SETTLE_SECONDS = 0.5
"""Limit of the wait for the sessions to come to rest after the load."""


@dataclass(slots=True)
class _Log:
    """Events of the run, handed to a listener as they happen."""

    listener: events.Listener
    happened: list[events.Event] = field(default_factory=list)

    def __call__(self, event: events.Event) -> None:
        self.happened.append(event)
        self.listener(event)


class Runner:
    """Runs scenarios in a lab, one after the other."""

    def __init__(self, lab: Lab, *, clock: Clock | None = None) -> None:
        self._lab = lab
        self._clock = clock or MonotonicClock()

    async def run(
        self, scenario: Scenario, *, seed: int, listener: events.Listener, paired: bool = False
    ) -> Run:
        """Run one scenario; ``paired``, or a gate that needs it, adds the run without the fault.

        Raises:
            LabError: the lab broke, or a fault could not be healed: nothing is proven.
        """
        log = _Log(listener)
        await self._lab.ensure_app()
        await prepare(self._lab, scenario)
        seed_here = derived_seed(seed, scenario.name)
        control = None
        if paired or scenario.paired:
            control = await self._without_fault(scenario, seed_here)
        before = await self._totals()
        now = self._clock.now()
        log(
            events.RunStarted(
                at=now, scenario=scenario.name, seed=seed, engine=self._lab.engine_name
            )
        )
        plan = self._plan(scenario, seed_here, now + LEAD_SECONDS)
        await self._lab.workload.start(plan)
        written = app_log.size(self._lab.app.log_path)
        async with Watch(self._lab, self._clock, log) as watch:
            report = await self._outage(scenario, plan, log, watch)
        log(events.RunEnded(at=self._clock.now()))
        await self._settled(log)
        await self._lab.tidy()
        self._read_log(written, log)
        evidence = await self._evidence(report, log, before)
        if control is not None:
            evidence = replace(evidence, control=_aligned(control, evidence, plan.start_at))
        findings = excused([judged(gate, evidence) for gate in scenario.checkers()], evidence)
        return Run(
            scenario=scenario,
            seed=seed,
            engine=self._lab.engine_name,
            evidence=evidence,
            findings=findings,
        )

    async def _without_fault(self, scenario: Scenario, seed: int) -> Control:
        """The control arm: the same plan first, on the same machine, and nothing goes wrong."""
        plan = self._plan(scenario, seed, self._clock.now() + LEAD_SECONDS)
        await self._lab.workload.start(plan)
        try:
            await self._sleep_until(plan.start_at + scenario.planned_seconds)
        finally:
            report = await self._lab.workload.stop(self._clock.now())
        ops = _in_order(report.ops)
        return Control(ops=ops, start=plan.start_at, injected_seconds=0.0, healed_seconds=0.0)

    def _plan(self, scenario: Scenario, seed: int, start_at: float) -> Plan:
        profile = self._lab.profile
        return Plan(
            base_url=f"http://{self._lab.app_address}",
            operations=profile.operations,
            rate_per_second=scenario.load.rate_per_second,
            arrivals=scenario.load.arrivals,
            seed=seed,
            run_id=lab_id(),
            start_at=start_at,
            max_seconds=scenario.planned_seconds + 60,
            timeout_seconds=profile.contract.deadline_seconds + PATIENCE_SECONDS,
            refused_statuses=profile.refused_statuses,
        )

    async def _outage(
        self, scenario: Scenario, plan: Plan, log: _Log, watch: Watch
    ) -> WorkloadReport:
        """Before, faults, after; the load ends ``after_seconds`` after the last heal."""
        try:
            await self._sleep_until(plan.start_at + scenario.before_seconds)
            await answered_enough(scenario, lambda: len(self._lab.workload.ops), self._clock)
            if self._steady(log):
                # What is counted until now was asked without a fault.
                await watch.database_load()
                await injected(scenario, self._lab, self._clock, log)
                await self._clock.sleep(scenario.after_seconds)
        finally:
            report = await self._lab.workload.stop(self._clock.now())
        return report

    async def _sleep_until(self, at: float) -> None:
        await self._clock.sleep(at - self._clock.now())

    def _steady(self, log: _Log) -> bool:
        """Judge the steady state on what has been answered so far."""
        ops = tuple(self._lab.workload.ops)
        evidence = Evidence(ops=ops, events=(), truth=None, contract=self._lab.profile.contract)
        finding = SteadyState().judge(evidence)
        holds = finding.verdict is Verdict.PASS
        log(events.SteadyStateChecked(at=self._clock.now(), holds=holds, reason=finding.reason))
        return holds

    def _read_log(self, written: int, log: _Log) -> None:
        patterns = self._lab.profile.unhandled_patterns
        for line in app_log.problems(self._lab.app.log_path, written, patterns):
            log(events.LogProblem(at=self._clock.now(), line=line))

    async def _settled(self, log: _Log) -> None:
        """Sample until no session is in a transaction, or the patience is over."""
        ends = self._clock.now() + SETTLE_SECONDS
        while True:
            sample = await self._lab.observer.sample()
            rest = sample is not None and sample.active + sample.idle_in_transaction == 0
            if sample is not None and (rest or self._clock.now() > ends):
                log(sample)
                return
            if self._clock.now() > ends:
                return
            await self._clock.sleep(SAMPLE_SECONDS / 5)

    async def _totals(self) -> dict[str, int]:
        return await self._lab.observer.totals(self._lab.profile.conserved_queries)

    async def _evidence(
        self, report: WorkloadReport, log: _Log, before: Mapping[str, int]
    ) -> Evidence:
        profile = self._lab.profile
        truth = None
        if profile.writes_query is not None or profile.conserved_queries:
            query = profile.writes_query
            truth = Truth(
                writes=await self._lab.observer.counts(query) if query else {},
                conserved=await self._totals(),
                conserved_before=before,
            )
        return Evidence(
            ops=_in_order(report.ops),
            events=tuple(log.happened),
            truth=truth,
            contract=profile.contract,
            unsent=report.unsent,
        )


def _aligned(control: Control, evidence: Evidence, start: float) -> Control:
    """The control arm with the windows of the run; without a fault all of it is ``before``."""
    first, last = evidence.first_injected, evidence.last_healed
    if first is None or last is None:
        first = last = float(evidence.events[-1].at)
    return replace(control, injected_seconds=first - start, healed_seconds=last - start)


def _in_order(ops: Sequence[Op]) -> tuple[Op, ...]:
    """Operations by their place in the schedule: answers come in any order."""
    return tuple(sorted(ops, key=lambda op: op.id))
