"""No caller hangs: every request is answered within the deadline that the app promises.

Counted from ``sent``, so that the generator's own lag is not blamed on the app; a guard makes the
run inconclusive when that lag is large.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.checkers.findings import failed, inconclusive, passed
from harness.checkers.verdict import Finding
from harness.history.evidence import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredInTime:
    """Every operation ends within the contract's deadline and ``grace_ms``."""

    grace_ms: float = 250.0
    """What scheduling on a busy machine may add to a deadline that the app kept."""

    name = "answered-in-time"

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the number of late operations and the slowest."""
        if not evidence.awaited:
            return inconclusive(self.name, "there was no operation")
        limit = evidence.contract.deadline_seconds + self.grace_ms / 1000
        slowest = max(op.done - op.sent for op in evidence.awaited)
        late = [op for op in evidence.awaited if op.done - op.sent > limit]
        figures = {"slowest_ms": round(slowest * 1000, 1), "late": len(late)}
        told = f"slowest {slowest:.2f} s, limit {limit:.2f} s"
        if not late:
            return passed(
                self.name, f"all {len(evidence.awaited)} were answered in time: {told}", figures
            )
        hung = sum(1 for op in late if op.error == "timeout")
        tail = f", {hung} never" if hung else ""
        reason = f"{len(late)} of {len(evidence.awaited)} were answered late{tail}: {told}"
        return failed(self.name, reason, figures, late)
