"""A sound gate is let through, the stock gates among them; each defect is named."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from squall.gates.registry import standard_gates, validity_gates
from squall.gates.verdict import Finding, Gate, Verdict
from squall.history.evidence import Evidence
from squall.testing import check_gate, make_op, make_run
from squall.testing.check_gate import _judge_twice, sparse_runs

GOOD = make_run()
TEAPOT = make_run([make_op(120, status=418)])


@dataclass(frozen=True)
class NoTeapot(Gate):
    """No answer is 418."""

    name: str = "no-teapot"

    def judge(self, evidence: Evidence) -> Finding:
        bad = tuple(op.id for op in evidence.ops if op.status == 418)
        verdict = Verdict.FAIL if bad else Verdict.PASS
        return Finding(gate=self.name, verdict=verdict, reason=f"{len(bad)} teapots", ops=bad)


class Crashes(NoTeapot):
    """Divides by the number of operations."""

    def judge(self, evidence: Evidence) -> Finding:
        _ = 1 / len(evidence.ops)
        return super().judge(evidence)


class FailsNothingness(NoTeapot):
    """Takes silence for guilt."""

    def judge(self, evidence: Evidence) -> Finding:
        if not evidence.ops:
            return Finding(gate=self.name, verdict=Verdict.FAIL, reason="nothing")
        return super().judge(evidence)


class Misnamed(NoTeapot):
    """Its finding is another's."""

    def judge(self, evidence: Evidence) -> Finding:
        found = super().judge(evidence)
        return Finding(gate="other", verdict=found.verdict, reason=found.reason)


@dataclass(frozen=True)
class Remembers:
    """Answers the second question differently."""

    name: str = "remembers"
    seen: list[int] = field(default_factory=list)

    def judge(self, _evidence: Evidence) -> Finding:
        self.seen.append(1)
        return Finding(gate=self.name, verdict=Verdict.PASS, reason=f"{len(self.seen)}")


def test_a_sound_gate_is_let_through() -> None:
    check_gate(NoTeapot(), passes=[GOOD], fails=[TEAPOT])


@pytest.mark.parametrize("gate", [*standard_gates(), *validity_gates()], ids=lambda g: str(g.name))
def test_the_stock_gates_are_pure_and_prove_nothing_from_nothing(gate: Gate) -> None:
    for run in (*sparse_runs(), GOOD):
        assert _judge_twice(gate, run).verdict is not Verdict.FAIL


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        (Crashes(), "crashes on a run of 0 operations"),
        (FailsNothingness(), "prove nothing, and the gate fails them"),
        (Misnamed(), "of gate 'other'"),
        (Remembers(), "the same run, another finding"),
        (NoTeapot(name="No Teapot"), "small letters"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_defect_is_named(gate: Gate, said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        check_gate(gate, passes=[GOOD], fails=[TEAPOT])


def test_a_verdict_that_is_not_the_expected_one_is_shown_with_its_reason() -> None:
    with pytest.raises(AssertionError, match="run 0 of fail: the gate says pass: 0 teapots"):
        check_gate(NoTeapot(), passes=[GOOD], fails=[GOOD])
    with pytest.raises(AssertionError, match="at least one run that passes"):
        check_gate(NoTeapot(), passes=[GOOD], fails=[])
