"""One run of one scenario in a lab: load, steady state, faults, heal, final state, verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from squall.core import events
from squall.core.clock import Clock, MonotonicClock
from squall.core.errors import LabError
from squall.core.ids import derived_seed, lab_id
from squall.core.logs import logged
from squall.gates.validity.steady_state import SteadyState
from squall.gates.verdict import Verdict
from squall.history.evidence import CalmWrites, Control, Evidence, FinalState
from squall.history.op import Op
from squall.lab import app_log, logged_errors, suspects
from squall.lab.lab import Lab
from squall.lab.sampling import SAMPLE_SECONDS, Sampler
from squall.lab.surroundings import Surroundings
from squall.runner.bearable_rate import at_bearable_rate
from squall.runner.event_log import log_event, log_lost_workers
from squall.runner.injection import inject_faults
from squall.runner.planned import align_control, plan_known
from squall.runner.prepare_faults import prepare_faults
from squall.runner.result import Run
from squall.runner.wait_for_recovery import FailedRequests, RecoverySeen, after_the_heal
from squall.runner.wait_for_samples import wait_for_samples
from squall.scenario.judge import judge_run
from squall.scenario.model import Scenario
from squall.workload.plan import LEAD_SECONDS, LoadPlan, WorkloadReport

__all__ = ["Run", "Runner"]

PATIENCE_SECONDS = 3.0
"""Clients wait this much longer than the app's deadline."""

RENEWAL_MARGIN_SECONDS = 30.0
"""Credentials that expire this soon after a run are renewed before it."""

SETTLE_SECONDS = 0.5
"""Time limit for the wait until the sessions are idle after the load."""


@dataclass(slots=True)
class _Log:
    """Events of the run, passed to a listener as they happen."""

    listener: events.Listener
    happened: list[events.Event] = field(default_factory=list)

    def __call__(self, event: events.Event) -> None:
        self.happened.append(event)
        log_event(event)
        self.listener(event)


class Runner:
    """Runs scenarios in a lab, one after another."""

    def __init__(self, lab: Lab, *, clock: Clock | None = None) -> None:
        self._lab = lab
        self._clock = clock or MonotonicClock()

    async def run(
        self, scenario: Scenario, *, seed: int, listener: events.Listener, paired: bool = False
    ) -> Run:
        """Run one scenario. ``paired``, or a gate that needs it, adds the run without the fault.

        Raises:
            LabError: the lab broke, or a fault could not be healed: nothing is proven.
            ComponentLost: a component of the lab exited meanwhile, with its name.
            BudgetSpent: too many requests failed.
        """
        scenario = at_bearable_rate(scenario, self._lab.bearable_rate)
        log = _Log(listener)
        budget, workload = self._lab.budget, self._lab.workload
        work = budget.guard(self._run(scenario, seed, log, paired=paired), lambda: workload.ops)
        return await self._lab.watch.guard(work, log)

    async def _run(self, scenario: Scenario, seed: int, log: _Log, *, paired: bool) -> Run:
        scenario = self._in_seconds(scenario)
        await self._lab.ensure_app()
        await self._lab.renew_rights(RENEWAL_MARGIN_SECONDS + 2 * scenario.planned_seconds)
        await prepare_faults(self._lab, scenario)
        seed_here = derived_seed(seed, scenario.name)
        with_arm = paired or scenario.paired
        control = await self._without_fault(scenario, seed_here) if with_arm else None
        before = await self._totals()
        now = self._clock.now()
        engine = self._lab.engine_name
        log(events.RunStarted(at=now, scenario=scenario.name, seed=seed, engine=engine))
        surroundings = Surroundings(self._lab, self._clock, log, places=scenario.counts_places)
        early = self._plan(scenario, seed_here, now)
        await surroundings.look_before(early, scenario.before_seconds)
        plan = self._plan(scenario, seed_here, self._clock.now() + LEAD_SECONDS)
        await self._lab.workload.start(plan)
        written = app_log.size(self._lab.app.log_path)
        async with Sampler(self._lab, self._clock, log) as watch:
            report, stopped = await self._outage(scenario, plan, log, watch)
        log_lost_workers(report, self._clock.now(), log)
        log(events.RunEnded(at=self._clock.now()))
        await self._settled(log)
        with logged(f"{scenario.name}: removing what faults leave behind"):
            await self._lab.tidy()
        await surroundings.look_after(plan, report, log.happened)
        self._read_log(written, log, watch)
        with logged(f"{scenario.name}: checking data in the database"):
            evidence = await self._evidence(report, log, before)
        evidence = plan_known(evidence, scenario, plan, report, stopped)
        if control is not None:
            evidence = replace(evidence, control=align_control(control, evidence, plan.start_at))
        findings = judge_run(scenario, evidence)
        now = self._clock.now()
        for located in suspects.locate(self._lab.profile, evidence, findings, now):
            log(located)
        evidence = replace(evidence, events=tuple(log.happened))
        return Run(
            scenario=scenario, seed=seed, engine=engine, evidence=evidence, findings=findings
        )

    def _in_seconds(self, scenario: Scenario) -> Scenario:
        deadline, start = self._lab.profile.contract.deadline_seconds, self._lab.app.start_seconds
        return scenario.for_app(deadline=deadline, start=start)

    async def _without_fault(self, scenario: Scenario, seed: int) -> Control:
        """The control arm: the same plan first, on the same machine, without a fault."""
        plan = self._plan(scenario, seed, self._clock.now() + LEAD_SECONDS)
        await self._lab.workload.start(plan)
        try:
            await self._sleep_until(plan.start_at + scenario.planned_seconds)
        finally:
            report = await self._lab.workload.stop(self._clock.now())
        ops = _sort_by_id(report.ops)
        return Control(ops=ops, start=plan.start_at, injected_seconds=0.0, healed_seconds=0.0)

    def _plan(self, scenario: Scenario, seed: int, start_at: float) -> LoadPlan:
        profile = self._lab.profile
        return LoadPlan(
            base_url=self._lab.load_url,
            operations=scenario.load.of(profile.operations),
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
        self, scenario: Scenario, plan: LoadPlan, log: _Log, watch: Sampler
    ) -> tuple[WorkloadReport, float]:
        """Before, faults, after. The load ends ``after_seconds`` after the last heal.

        Returns:
            The generator's report, and the time until which it should send.
        """
        try:
            await self._sleep_until(plan.start_at + scenario.before_seconds)
            await wait_for_samples(scenario, lambda: len(self._lab.workload.ops), self._clock)
            if self._steady(log):
                # What was counted until now was requested without a fault.
                await watch.database_load()
                await watch.upstream_load()
                await inject_faults(scenario, self._lab, self._clock, log)
                workload, contract = self._lab.workload, self._lab.profile.contract
                seen = RecoverySeen(lambda: workload.ops, tuple(log.happened), contract)
                begun = seen.evidence().bounds("during")[0]
                again = FailedRequests(lambda: workload.ops, workload.ask_again, begun)
                await after_the_heal(scenario, seen, self._clock, again)
        finally:
            with logged(f"{scenario.name}: waiting for the last answers"):
                stopped = self._clock.now()
                report = await self._lab.workload.stop(stopped)
        return report, stopped

    async def _sleep_until(self, at: float) -> None:
        await self._clock.sleep(at - self._clock.now())

    def _steady(self, log: _Log) -> bool:
        """Judge the steady state with the answers so far."""
        ops = tuple(self._lab.workload.ops)
        evidence = Evidence(
            ops=ops, events=(), final_state=None, contract=self._lab.profile.contract
        )
        finding = SteadyState().judge(evidence)
        holds = finding.verdict is Verdict.PASS
        log(events.SteadyStateChecked(at=self._clock.now(), holds=holds, reason=finding.reason))
        return holds

    def _read_log(self, written: int, log: _Log, watch: Sampler) -> None:
        path, profile = self._lab.app.log_path, self._lab.profile
        if app_log.size(path) < written:
            raise LabError(f"{path}: the app's log was cut during the run")
        for line in app_log.problems(path, written, profile.unhandled_patterns):
            log(events.LogProblem(at=self._clock.now(), line=line))
        root = profile.cwd or Path.cwd()
        found = logged_errors.read_errors(path, written, root, profile.unhandled_patterns)
        for group in logged_errors.grouped_errors(found, watch.written_at):
            log(group)

    async def _settled(self, log: _Log) -> None:
        """Sample until no session is in a transaction. After the time limit only those that were in
        one before count: a worker that polls begins new ones.
        """
        began = self._clock.now()
        while True:
            waited = self._clock.now() - began
            over = waited > SETTLE_SECONDS
            sample = await self._lab.observer.sample(old_seconds=waited if over else 0.0)
            rest = sample is not None and sample.active + sample.idle_in_transaction == 0
            if sample is not None and (rest or over):
                log(sample)
            if over or rest:
                return
            await self._clock.sleep(SAMPLE_SECONDS / 5)

    async def _totals(self) -> dict[str, int]:
        await self._lab.verify_observer()
        return await self._lab.observer.totals(self._lab.profile.conserved)

    async def _evidence(
        self, report: WorkloadReport, log: _Log, before: Mapping[str, int]
    ) -> Evidence:
        profile = self._lab.profile
        final_state = None
        if profile.written_keys is not None or profile.conserved:
            query = profile.written_keys
            final_state = FinalState(
                writes=await self._lab.observer.counts(query) if query else {},
                conserved=await self._totals(),
                conserved_before=before,
            )
        return Evidence(
            ops=_sort_by_id(report.ops),
            events=tuple(log.happened),
            final_state=final_state,
            contract=profile.contract,
            unsent=report.unsent,
            offered=report.offered,
            calm=self._lab.calm.writes or CalmWrites(),
        )


def _sort_by_id(ops: Sequence[Op]) -> tuple[Op, ...]:
    """Operations ordered by the schedule: answers arrive in any order."""
    return tuple(sorted(ops, key=lambda op: op.id))
