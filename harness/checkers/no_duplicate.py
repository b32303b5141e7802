"""One request, one effect: a key never has two rows, whatever was retried."""

from __future__ import annotations

from dataclasses import dataclass

from harness.checkers.data_safety import keyed_writes, truth_of
from harness.checkers.findings import failed, listed, passed
from harness.checkers.verdict import Finding
from harness.history.evidence import Evidence
from harness.history.op import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class NoDuplicate:
    """No write of the run is found twice."""

    name = "no-duplicate"

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the keys that have several rows."""
        truth = truth_of(self.name, evidence)
        if isinstance(truth, Finding):
            return truth
        writes = keyed_writes(evidence, *Outcome)
        twice = [op for op in writes if truth.writes.get(str(op.key), 0) > 1]
        figures = {"writes": len(writes), "duplicated": len(twice)}
        if not twice:
            return passed(self.name, f"none of {len(writes)} writes is there twice", figures)
        keys = listed([f"{op.key} ({truth.writes[str(op.key)]} rows)" for op in twice])
        reason = f"{len(twice)} of {len(writes)} writes are there more than once: {keys}"
        return failed(self.name, reason, figures, twice)
