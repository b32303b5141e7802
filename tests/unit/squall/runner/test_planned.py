"""The plan is computed from scenario and seed; what a generator did otherwise is counted."""

from __future__ import annotations

from itertools import takewhile
from typing import Any

import pytest
from squall.history.evidence import Planned
from squall.history.op import FIRST_READ_BACK
from squall.runner.planned import planned_run
from squall.scenario.model import Load, Scenario
from squall.scenario.step import at
from squall.testing import make_op
from squall.workload.arrivals import arrivals
from squall.workload.plan import LoadPlan, WorkloadReport
from squall_faults import Refuse

SCENARIO = Scenario(
    name="x", story="x", steps=(at(0, Refuse(), lasting=1), at(1, Refuse(), lasting=0.5)),
    load=Load(rate_per_second=50),
)  # fmt: skip
START, STOP = 100.0, 102.0


def plan(kind: str) -> LoadPlan:
    return LoadPlan(
        base_url="http://127.0.0.1:1", operations=(), rate_per_second=50.0, arrivals=kind, seed=4,
        run_id="r", start_at=START, max_seconds=60.0, timeout_seconds=1.0,
    )  # fmt: skip


def report(kind: str, shift: float = 0.0, every: int = 1) -> WorkloadReport:
    offsets = list(takewhile(lambda offset: START + offset < STOP, arrivals(50.0, 4, kind)))
    ops: list[Any] = [make_op(n, at=START + offset + shift) for n, offset in enumerate(offsets)]
    ops = [*ops[::every], make_op(FIRST_READ_BACK, at=START + 0.3)]
    return WorkloadReport(ops=ops, unsent=0, offered=len(ops), lag_p99_seconds=0.0)


@pytest.mark.parametrize("kind", ["jittered", "constant", "poisson"])
def test_the_schedule_is_that_of_the_generator(kind: str) -> None:
    sent = report(kind)
    planned = planned_run(SCENARIO, plan(kind), STOP, sent, faults=True)
    assert planned == Planned(requests=len(sent.ops) - 1, off_schedule=0, faults=(1.0, 0.5))


def test_requests_for_other_times_are_counted() -> None:
    planned = planned_run(SCENARIO, plan("jittered"), STOP, report("jittered", 0.01), faults=False)
    assert planned.off_schedule == planned.requests == len(report("jittered").ops) - 1
    assert planned.faults == ()


def test_what_a_generator_leaves_out_is_on_the_schedule() -> None:
    half = report("jittered", every=2)
    planned = planned_run(SCENARIO, plan("jittered"), STOP, half, faults=True)
    assert planned.requests > 1.9 * len(half.ops) - 4


@pytest.mark.parametrize(("end", "due", "off_schedule"), [(1.95, 98, 0), (0.5, 25, 25)])
def test_what_left_before_the_generator_knew_of_the_end_is_on_the_schedule(
    end: float, due: int, off_schedule: int
) -> None:
    sent = report("constant")  # 100 requests in two seconds
    planned = planned_run(SCENARIO, plan("constant"), START + end, sent, faults=True)
    assert (planned.requests, planned.off_schedule) == (due, off_schedule)
