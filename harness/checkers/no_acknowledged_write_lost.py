"""A write that the app acknowledged is there after the outage: the promise of a database."""

from __future__ import annotations

from dataclasses import dataclass

from harness.checkers.data_safety import keyed_writes, truth_of
from harness.checkers.findings import failed, inconclusive, listed, passed
from harness.checkers.verdict import Finding
from harness.history.evidence import Evidence
from harness.history.op import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAcknowledgedWriteLost:
    """Every ``applied`` write is found in the database."""

    name = "no-acknowledged-write-lost"

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the lost keys."""
        truth = truth_of(self.name, evidence)
        if isinstance(truth, Finding):
            return truth
        applied = keyed_writes(evidence, Outcome.APPLIED)
        if not applied:
            return inconclusive(self.name, "no write was acknowledged, so none could be lost")
        lost = [op for op in applied if not truth.writes.get(str(op.key))]
        figures = {"acknowledged": len(applied), "lost": len(lost)}
        if not lost:
            return passed(self.name, f"all {len(applied)} acknowledged writes are there", figures)
        keys = listed([str(op.key) for op in lost])
        reason = (
            f"{len(lost)} of {len(applied)} acknowledged writes are not in the database: {keys}"
        )
        return failed(self.name, reason, figures, lost)
