"""The planned run, computed from scenario and seed only, independent of counters."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

from squall.history.evidence import Control, Evidence, Planned
from squall.history.op import FIRST_EXTRA
from squall.scenario.model import Scenario
from squall.workload.arrivals import arrivals
from squall.workload.plan import LoadPlan, WorkloadReport

EXACT_SECONDS = 1e-6
"""Both sides add the same numbers."""

NOTICE_SECONDS = 1.0
"""The generator learns of the end a moment after it was decided, and has sent on until then."""


def plan_known(
    evidence: Evidence, scenario: Scenario, plan: LoadPlan, report: WorkloadReport, ended_at: float
) -> Evidence:
    """The evidence with what was planned until ``ended_at``. An unhealthy app gets no faults."""
    faults = evidence.first_injected is not None
    planned = planned_run(scenario, plan, ended_at, report, faults=faults)
    return replace(evidence, planned=planned)


def planned_run(
    scenario: Scenario, plan: LoadPlan, ended_at: float, report: WorkloadReport, *, faults: bool
) -> Planned:
    """The schedule until ``ended_at``; ``faults``: whether the app was healthy enough for them."""
    seconds = min(ended_at - plan.start_at, plan.max_seconds)
    schedule = list(
        takewhile(
            lambda offset: offset < seconds + NOTICE_SECONDS,
            arrivals(plan.rate_per_second, plan.seed, plan.arrivals),
        )
    )
    shifted = [
        op
        for op in report.ops
        if op.id < FIRST_EXTRA
        and not (
            op.id < len(schedule)
            and abs(plan.start_at + schedule[op.id] - op.intended) < EXACT_SECONDS
        )
    ]
    return Planned(
        requests=sum(offset < seconds for offset in schedule),
        off_schedule=len(shifted),
        faults=tuple(step.lasting_seconds for step in scenario.steps) if faults else (),
        of_transactions="transactions" in scenario.needs,
        of_rows="rows" in scenario.needs,
    )


def align_control(control: Control, evidence: Evidence, start: float) -> Control:
    """The control arm with the windows of the run. Without a fault all of it is ``before``."""
    first, last = evidence.first_injected, evidence.last_healed
    if first is None or last is None:
        first = last = float(evidence.events[-1].at)
    return replace(control, injected_seconds=first - start, healed_seconds=last - start)
