"""What must stay constant did: stock and orders together, before the run and after it."""

from __future__ import annotations

from dataclasses import dataclass

from harness.checkers.findings import failed, inconclusive, passed
from harness.checkers.verdict import Finding
from harness.history.evidence import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Conservation:
    """Every declared total is the same after the run as before it."""

    name = "conservation"

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the totals that moved."""
        if not evidence.contract.totals_declared:
            return passed(self.name, "not judged: no total is declared")
        truth = evidence.truth
        if (
            truth is None
            or not truth.conserved
            or truth.conserved.keys() != truth.conserved_before.keys()
        ):
            return inconclusive(self.name, "no total was read before and after the run")
        moved = {
            name: (truth.conserved_before[name], total)
            for name, total in truth.conserved.items()
            if truth.conserved_before[name] != total
        }
        if not moved:
            totals = ", ".join(f"{name} = {total}" for name, total in truth.conserved.items())
            return passed(self.name, f"unchanged: {totals}")
        told = "; ".join(f"{name} went from {old} to {new}" for name, (old, new) in moved.items())
        return failed(self.name, told, {f"{n}_moved": new - old for n, (old, new) in moved.items()})
