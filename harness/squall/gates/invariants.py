"""Totals that must stay constant, such as stock plus orders, are equal before and after the run.

They are declared, or learned: numbers that requests only move from row to row (``kept_totals``).
"""

from __future__ import annotations

from dataclasses import dataclass

from squall.core.counting import counted
from squall.gates.findings import failed, inconclusive, listed, not_judged, passed
from squall.gates.kept_totals import moved_totals
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence

TOTALS = 'conserved = {units = "SELECT sum(units) FROM orders"}'
"""An example of the line in ``[tool.squall]`` that lets this gate judge."""

HALF = "half-moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariants(Gate):
    """Every total that is declared or learned is the same after the run as before it."""

    name = "conservation"
    severity = Severity.WRONG_DATA

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the totals that changed."""
        half, learned = moved_totals(evidence)
        if half:
            columns = listed(sorted(half))
            told = f"{columns}: what requests took from some rows they did not give to others"
            return failed(self.name, told, {"totals_moved": len(half)}, code=HALF)
        if evidence.contract.totals_declared:
            return self._declared(evidence)
        if learned:
            return passed(self.name, f"{counted(learned, 'totals')} unchanged, learned in calm")
        return not_judged(self.name, "no total is declared", configure=TOTALS)

    def _declared(self, evidence: Evidence) -> Finding:
        final_state = evidence.final_state
        if (
            final_state is None
            or not final_state.conserved
            or final_state.conserved.keys() != final_state.conserved_before.keys()
        ):
            return inconclusive(self.name, "no total was read before and after the run")
        moved = {
            name: (final_state.conserved_before[name], total)
            for name, total in final_state.conserved.items()
            if final_state.conserved_before[name] != total
        }
        if not moved:
            totals = ", ".join(f"{name} = {total}" for name, total in final_state.conserved.items())
            return passed(self.name, f"unchanged: {totals}")
        told = "; ".join(f"{name} went from {old} to {new}" for name, (old, new) in moved.items())
        return failed(self.name, told, {f"{n}_moved": new - old for n, (old, new) in moved.items()})
