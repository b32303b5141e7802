"""Every request of the plan has exactly one record: a missing one cannot be judged.

    planned = recorded + unsent

A lost record would hide a request that hung. A duplicate record would count an answer twice.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from squall.core import events
from squall.gates.findings import inconclusive, listed, not_judged, passed
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence

MISSING = "records-missing"
DUPLICATED = "records-duplicated"


@dataclass(frozen=True, slots=True, kw_only=True)
class EveryOperationRecorded(Gate):
    """The number of records equals the number of planned requests, and each has its own number."""

    name = "every-operation-recorded"
    severity = Severity.VALIDITY

    def judge(self, evidence: Evidence) -> Finding:
        """Compare the requests of the generator with the history."""
        twice = [
            str(number) for number, n in Counter(op.id for op in evidence.ops).items() if n > 1
        ]
        recorded = len(evidence.ops)
        figures = {"recorded": recorded, "unsent": evidence.unsent, "duplicated": len(twice)}
        if twice:
            reason = f"{len(twice)} operations have more than one record: {listed(twice)}"
            return inconclusive(self.name, reason, figures, code=DUPLICATED)
        if evidence.offered is None:
            return not_judged(self.name, "the number of planned requests is not known")
        figures["planned"] = evidence.offered
        told = f"{evidence.offered} planned, {recorded} recorded, {evidence.unsent} unsent"
        if recorded + evidence.unsent != evidence.offered:
            lost = [one.how for one in evidence.events if isinstance(one, events.ComponentEnded)]
            why = f"; lost during the run: {listed(lost)}" if lost else ""
            reason = f"records and plan differ: {told}{why}"
            return inconclusive(self.name, reason, figures, code=MISSING)
        return passed(self.name, told, figures)
