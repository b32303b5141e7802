"""Check that a custom gate is a pure function from a run to a finding."""

from __future__ import annotations

import copy
import dataclasses
import math
import re
from collections.abc import Sequence

from squall.gates.verdict import Finding, Gate, Verdict
from squall.history.evidence import Evidence
from squall.testing.make_run import make_run

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def check_gate(gate: Gate, *, passes: Sequence[Evidence], fails: Sequence[Evidence]) -> None:
    """Judge runs that must pass, runs that must fail, and runs in which almost nothing happened.

    A gate without an example of a failure is not checked: both lists need at least one run.

    Raises:
        AssertionError: a verdict is wrong, or the gate is not a pure function of its run.
    """
    if not passes or not fails:
        raise AssertionError("give at least one run that passes and one that fails")
    _check_gate_data(gate)
    for expected, runs in ((Verdict.PASS, passes), (Verdict.FAIL, fails)):
        for number, run in enumerate(runs):
            finding = _judge_twice(gate, run)
            if finding.verdict is not expected:
                raise AssertionError(
                    f"run {number} of {expected.value}: the gate says {finding.verdict.value}:"
                    f" {finding.reason}"
                )
    for run in sparse_runs():
        finding = _judge_twice(gate, run)
        if finding.verdict is Verdict.FAIL:
            raise AssertionError(
                f"{len(run.ops)} operations and {len(run.events)} events prove nothing, and the"
                f" gate fails them: {finding.reason}"
            )


def sparse_runs() -> list[Evidence]:
    """Runs that prove nothing: no operation, no event, no fault, no state of the database."""
    run = make_run()
    return [
        dataclasses.replace(run, ops=(), events=(), final_state=None),
        dataclasses.replace(run, ops=()),
        dataclasses.replace(run, ops=run.ops[:1]),
    ]


def _check_gate_data(gate: Gate) -> None:
    if not getattr(getattr(gate, "__dataclass_params__", None), "frozen", False):
        raise AssertionError(f"{type(gate).__name__} is not frozen data: @dataclass(frozen=True)")
    if not NAME.fullmatch(gate.name):
        raise AssertionError(f"gate name {gate.name!r}: write it in small letters, like-this")


def _judge_twice(gate: Gate, run: Evidence) -> Finding:
    before = copy.deepcopy(run)
    try:
        finding, again = gate.judge(run), gate.judge(run)
    except Exception as error:
        raise AssertionError(
            f"the gate crashes on a run of {len(run.ops)} operations and {len(run.events)} events:"
            f" {type(error).__name__}: {error}"
        ) from error
    if finding != again:
        raise AssertionError(f"the same run, another finding: {finding} and {again}")
    if run != before:
        raise AssertionError("judge() changes the run that it judges")
    _check_finding(gate, run, finding)
    return finding


def _check_finding(gate: Gate, run: Evidence, finding: Finding) -> None:
    if finding.gate != gate.name:
        raise AssertionError(f"the finding is of gate {finding.gate!r}, not {gate.name!r}")
    if not finding.reason.strip():
        raise AssertionError("the finding has no reason: one sentence with the deciding figures")
    unknown = set(finding.ops) - {op.id for op in run.ops}
    if unknown:
        raise AssertionError(f"the finding names operations that the run has not: {unknown}")
    for name, value in finding.figures.items():
        if not math.isfinite(value):
            raise AssertionError(f"figure {name} is {value}: leave out what is not known")
