"""A run in which everything is correct and every gate holds. Each lie changes one thing in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from squall_faults import Refuse

from squall.core import events
from squall.history.evidence import Contract, Control, Evidence, FinalState, Planned
from squall.history.op import Op
from squall.runner.result import Run
from squall.scenario.judge import judge_run
from squall.scenario.model import Scenario
from squall.scenario.step import at
from squall.testing.make_run import FAULT, PER_SECOND, make_op, make_run

SECONDS = 3
WRITES_EVERY = 10

SCENARIO = Scenario(
    name="selftest",
    story="A fault of one second, and an app that bears it.",
    steps=(at(0, Refuse(), lasting=FAULT[1] - FAULT[0]),),
)


def _ops() -> Iterator[Op]:
    for number in range(SECONDS * PER_SECOND):
        if number % WRITES_EVERY:
            yield make_op(number)
        else:
            yield make_op(number, name="write-item", effect="write", key=f"k{number}", status=201)


def _events(fault: Sequence[events.Event]) -> tuple[events.Event, ...]:
    samples = [
        events.BackendsSampled(at=tick / 10, total=5, active=1, idle=4, idle_in_transaction=0)
        for tick in range(SECONDS * 10)
    ]
    load = [
        events.DatabaseLoad(at=tick / 10, statements=tick * 10, connections=5, bytes=tick * 2_000)
        for tick in range(SECONDS * 10)
    ]
    started = events.RunStarted(at=0.0, scenario=SCENARIO.name, seed=1, engine="embedded")
    happened = sorted([*fault, *samples, *load], key=lambda event: event.at)
    ended = events.RunEnded(at=SECONDS + 0.1)
    at_rest = replace(samples[-1], at=SECONDS + 0.2, active=0, idle=5)
    return (started, *happened, ended, at_rest)


def honest_evidence() -> Evidence:
    """The evidence of the run."""
    ops = tuple(_ops())
    made = make_run(ops)
    return replace(
        made,
        events=_events(made.events),
        final_state=FinalState(
            writes={op.key: 1 for op in ops if op.key},
            conserved={"stock": 9},
            conserved_before={"stock": 9},
        ),
        contract=Contract(deadline_seconds=1.0),
        offered=len(ops),
        planned=Planned(requests=len(ops), faults=(FAULT[1] - FAULT[0],)),
        control=Control(ops=ops, start=0.0, injected_seconds=FAULT[0], healed_seconds=FAULT[1]),
    )


def judged(evidence: Evidence, scenario: Scenario = SCENARIO) -> Run:
    """Judge it like ``squall check``."""
    findings = judge_run(scenario, evidence)
    return Run(scenario=scenario, seed=1, engine="embedded", evidence=evidence, findings=findings)
