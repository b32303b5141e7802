"""Lies in the records: an incomplete or impossible history, event log or final state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from squall.core import events
from squall.gates.verdict import Finding, Gate
from squall.history.evidence import Evidence
from squall.history.op import Op
from squall.runner.result import Run
from squall.scenario.model import gate_set
from squall.selftest.honest_run import SCENARIO, judged

E = TypeVar("E", bound=events.Event)

Change = Callable[[Evidence], Evidence]


def _ops(change: Callable[[list[Op]], list[Op]]) -> Change:
    return lambda evidence: replace(evidence, ops=tuple(change(list(evidence.ops))))


def _each_op(change: Callable[[Op], Op]) -> Change:
    return _ops(lambda ops: [change(op) for op in ops])


def _without(kind: type[events.Event]) -> Change:
    return lambda evidence: replace(
        evidence, events=tuple(e for e in evidence.events if not isinstance(e, kind))
    )


def _each_event(kind: type[E], change: Callable[[E], events.Event]) -> Change:
    return lambda evidence: replace(
        evidence,
        events=tuple(change(e) if isinstance(e, kind) else e for e in evidence.events),
    )


def _second_fault_missing(evidence: Evidence) -> Evidence:
    if evidence.planned is None:
        return evidence
    return replace(evidence, planned=replace(evidence.planned, faults=(1.0, 1.0)))


def _static_page(evidence: Evidence) -> Evidence:
    return _each_event(events.DatabaseLoad, lambda e: replace(e, statements=7, bytes=900))(evidence)


def _no_control(evidence: Evidence) -> Evidence:
    return (
        evidence
        if evidence.control is None
        else replace(evidence, control=replace(evidence.control, ops=()))
    )


LIES: Mapping[str, Change] = {
    "the end of the history is cut": _ops(lambda ops: ops[:200]),
    "a part of the history is cut": _ops(lambda ops: ops[:100] + ops[150:]),
    "the history is cut, and the count with it": lambda evidence: replace(
        evidence, ops=tuple(evidence.ops)[::2], offered=None
    ),
    "the generator sent half of the load and counts that": lambda evidence: replace(
        evidence, ops=tuple(evidence.ops)[::2], offered=150
    ),
    "records are there twice": _ops(lambda ops: [*ops, ops[7]]),
    "a record stands for two, and another is missing": _ops(lambda ops: [*ops[1:], ops[7]]),
    "the generator's clock is an hour ahead": _each_op(
        lambda op: replace(
            op, intended=op.intended + 3600, sent=op.sent + 3600, done=op.done + 3600
        )
    ),
    "an answer came before its request": _each_op(
        lambda op: replace(op, done=op.sent - 0.2) if op.id == 150 else op  # noqa: PLR2004 - one
    ),
    "a time is not a number": _each_op(
        lambda op: replace(op, done=float("nan")) if op.id == 150 else op  # noqa: PLR2004 - one
    ),
    "requests were sent 80 ms late": _each_op(
        lambda op: replace(op, sent=op.sent + 0.08, done=op.done + 0.08)
    ),
    "requests could not be sent": lambda evidence: replace(
        evidence, unsent=9, offered=(evidence.offered or 0) + 9
    ),
    "requests were meant for other times than planned": lambda evidence: replace(
        evidence,
        planned=None if evidence.planned is None else replace(evidence.planned, off_schedule=40),
    ),
    "the fault did nothing": _each_event(events.FaultHealed, lambda e: replace(e, bites=0)),
    "the fault was over before its heal": _each_event(
        events.FaultHealed, lambda e: replace(e, lapsed="toxic squall_latency is gone")
    ),
    "the fault was healed after a tenth of its time": _each_event(
        events.FaultHealed, lambda e: replace(e, at=1.1)
    ),
    "the fault was never healed": _without(events.FaultHealed),
    "the fault was never injected": _without(events.FaultInjected),
    "one of two faults was left out": _second_fault_missing,
    "the heal came before the fault": _each_event(events.FaultHealed, lambda e: replace(e, at=0.9)),
    "there was no load before the fault": _ops(lambda ops: [op for op in ops if op.intended >= 1]),
    "there was no load after the fault": _ops(lambda ops: [op for op in ops if op.intended < 2]),  # noqa: PLR2004 - its end
    "no write was acknowledged": _each_op(
        lambda op: (
            replace(
                op,
                status=503,
                outcome=type(op.outcome).REFUSED,
                retry_after="1",
                content_type="application/problem+json",
            )
            if op.key
            else op
        )
    ),
    "the database was not read after the run": lambda evidence: replace(evidence, final_state=None),
    "the observer looked at an empty database": lambda evidence: replace(
        evidence,
        final_state=None
        if evidence.final_state is None
        else replace(evidence.final_state, writes={}, conserved={"stock": 0}),
    ),
    "a total was read once": lambda evidence: replace(
        evidence,
        final_state=None
        if evidence.final_state is None
        else replace(evidence.final_state, conserved_before={}),
    ),
    "the app answers from a static page": _static_page,
    "the run without the fault had no load": _no_control,
}
"""By what is planted. Each is judged with all standard gates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Crashing(Gate):
    name = "selftest-crashes"

    def judge(self, evidence: Evidence) -> Finding:
        """Crash."""
        raise ZeroDivisionError(str(len(evidence.ops)))


def run_with_a_crashing_gate(evidence: Evidence) -> Run:
    """A gate that crashes must not count as one that holds."""
    gates = {**SCENARIO.gates, **gate_set(_Crashing())}
    return judged(evidence, replace(SCENARIO, gates=gates))


def run_without_findings(evidence: Evidence) -> Run:
    """Without a gate that has judged, nothing is known."""
    return replace(judged(evidence), findings=())
