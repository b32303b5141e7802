"""The control arm is a valid baseline only if it was healthy: it had no fault."""

from __future__ import annotations

from dataclasses import dataclass

from squall.gates.findings import inconclusive, not_judged, passed
from squall.gates.percentiles import percentile
from squall.gates.validity.steady_state import UNSTEADY
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlArm(Gate):
    """The run without the fault had as many successful answers as a steady state requires."""

    good_min: float = 0.99

    name = "control-arm"
    severity = Severity.VALIDITY

    def judge(self, evidence: Evidence) -> Finding:
        """Judge the share of successful answers and p95 of the run without the fault."""
        control = evidence.control
        if control is None:
            return not_judged(self.name, "there was no second run", configure="--paired")
        ops = control.awaited
        if not ops:
            return inconclusive(self.name, "the run without the fault had no operation")
        share = sum(op.good for op in ops) / len(ops)
        slow = percentile([op.response_seconds for op in ops], 95)
        p95 = "" if slow is None else f", p95 {slow * 1000:.1f} ms"
        told = f"without the fault {share:.1%} of {len(ops)} answers were good{p95}"
        figures = {"good_share": round(share, 4)}
        if share < self.good_min:
            reason = f"not well without the fault either: {told}"
            return inconclusive(self.name, reason, figures, code=UNSTEADY)
        return passed(self.name, told, figures)
