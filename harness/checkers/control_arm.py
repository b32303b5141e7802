"""The control arm proves something only when all was well in it: it had no fault."""

from __future__ import annotations

from dataclasses import dataclass

from harness.checkers.findings import inconclusive, passed
from harness.checkers.percentiles import percentile
from harness.checkers.verdict import Finding
from harness.history.evidence import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlArm:
    """A guard: the run without the fault had as many good answers as a steady state has."""

    good_min: float = 0.99

    name = "control-arm"

    def judge(self, evidence: Evidence) -> Finding:
        """Share of good answers and p95 of the run without the fault."""
        control = evidence.control
        if control is None:
            return passed(self.name, "not judged: there was no second run; see --paired")
        ops = control.awaited
        if not ops:
            return inconclusive(self.name, "the run without the fault had no operation")
        share = sum(op.good for op in ops) / len(ops)
        slow = percentile([op.response_seconds for op in ops], 95)
        p95 = "" if slow is None else f", p95 {slow * 1000:.1f} ms"
        told = f"without the fault {share:.1%} of {len(ops)} answers were good{p95}"
        figures = {"good_share": round(share, 4)}
        if share < self.good_min:
            return inconclusive(self.name, f"not well without the fault either: {told}", figures)
        return passed(self.name, told, figures)
