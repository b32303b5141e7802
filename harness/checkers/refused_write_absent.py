"""A refusal is a promise too: what the app refused must not have happened."""

from __future__ import annotations

from dataclasses import dataclass

from harness.checkers.data_safety import keyed_writes, truth_of
from harness.checkers.findings import failed, listed, passed
from harness.checkers.verdict import Finding
from harness.history.evidence import Evidence
from harness.history.op import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedWriteAbsent:
    """No ``refused`` write is found in the database."""

    name = "refused-write-absent"

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the keys that were refused and are there all the same."""
        truth = truth_of(self.name, evidence)
        if isinstance(truth, Finding):
            return truth
        refused = keyed_writes(evidence, Outcome.REFUSED)
        there = [op for op in refused if truth.writes.get(str(op.key))]
        figures = {"refused": len(refused), "present": len(there)}
        if not there:
            return passed(self.name, f"none of {len(refused)} refused writes is there", figures)
        keys = listed([str(op.key) for op in there])
        reason = f"{len(there)} of {len(refused)} refused writes are in the database: {keys}"
        return failed(self.name, reason, figures, there)
