"""One request has one effect: a key never has two rows, whatever was retried."""

from __future__ import annotations

from dataclasses import dataclass

from squall.gates.data_safety import keyed_writes, truth_of
from squall.gates.findings import failed, listed, passed
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence
from squall.history.op import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class NoDuplicate(Gate):
    """No write of the run is stored twice."""

    name = "no-duplicate"
    severity = Severity.WRONG_DATA

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the keys that have several rows."""
        final_state = truth_of(self.name, evidence)
        if isinstance(final_state, Finding):
            return final_state
        writes = keyed_writes(evidence, *Outcome)
        twice = [op for op in writes if final_state.writes.get(str(op.key), 0) > 1]
        figures = {"writes": len(writes), "duplicated": len(twice)}
        if not twice:
            return passed(self.name, f"none of {len(writes)} writes is there twice", figures)
        keys = listed([f"{op.key} ({final_state.writes[str(op.key)]} rows)" for op in twice])
        reason = f"{len(twice)} of {len(writes)} writes are there more than once: {keys}"
        return failed(self.name, reason, figures, twice)
