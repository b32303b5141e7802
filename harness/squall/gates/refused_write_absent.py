"""A refusal is also a promise: what the app refused must not have happened."""

from __future__ import annotations

from dataclasses import dataclass

from squall.gates.data_safety import keyed_writes, truth_of
from squall.gates.findings import failed, listed, passed
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence
from squall.history.op import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedWriteAbsent(Gate):
    """No ``refused`` write is found in the database.

    If a write was sent several times with one key, this applies only if all attempts were refused.
    """

    name = "refused-write-absent"
    severity = Severity.WRONG_DATA

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the keys that were refused and stored anyway."""
        final_state = truth_of(self.name, evidence)
        if isinstance(final_state, Finding):
            return final_state
        refused = keyed_writes(evidence, Outcome.REFUSED)
        open_keys = {op.key for op in evidence.ops if op.outcome is not Outcome.REFUSED}
        there = [
            op for op in refused if final_state.writes.get(str(op.key)) and op.key not in open_keys
        ]
        figures = {"refused": len(refused), "present": len(there)}
        if not there:
            return passed(self.name, f"none of {len(refused)} refused writes is there", figures)
        keys = listed([str(op.key) for op in there])
        reason = f"{len(there)} of {len(refused)} refused writes are in the database: {keys}"
        return failed(self.name, reason, figures, there)
