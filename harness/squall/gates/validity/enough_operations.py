"""Requests were observed on both sides of the outage, and a write was acknowledged."""

from __future__ import annotations

from dataclasses import dataclass

from squall.gates.findings import inconclusive, passed
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence
from squall.history.op import Outcome

TOO_FEW = "too-few-operations"
NOTHING_WRITTEN = "no-write-acknowledged"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnoughOperations(Gate):
    """Both sides of the outage were observed, and a write was acknowledged if any are declared."""

    before: int = 40
    after: int = 40

    name = "enough-operations"
    severity = Severity.VALIDITY

    def judge(self, evidence: Evidence) -> Finding:
        """Count operations in the windows."""
        before, after = len(evidence.window("before")), len(evidence.window("after"))
        told = f"{before} operations before and {after} after the outage"
        if before < self.before or after < self.after:
            reason = f"only {told}; {self.before} and {self.after} are needed"
            return inconclusive(self.name, reason, code=TOO_FEW)
        writes = [op for op in evidence.ops if op.key is not None]
        if writes and not any(op.outcome is Outcome.APPLIED for op in writes):
            reason = f"none of {len(writes)} writes was acknowledged"
            return inconclusive(self.name, reason, code=NOTHING_WRITTEN)
        return passed(self.name, told)
