"""Requests reach the database. Otherwise no outage of it can have an effect.

An app that answers from memory, another app on its port, and an app that bypasses the proxy all
look perfectly healthy in every outage.
"""

from __future__ import annotations

from dataclasses import dataclass

from squall.core.events import DatabaseLoad
from squall.gates.findings import inconclusive, not_judged, passed
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence

UNUSED = "database-unused"

MIN_BYTES = 64
"""The end of an idle session has five bytes; the smallest query with its answer has more
than this.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseUsed(Gate):
    """Before the fault, bytes passed the proxy in front of the database while requests were
    sent.
    """

    name = "database-used"
    severity = Severity.VALIDITY

    def judge(self, evidence: Evidence) -> Finding:
        """Compare the proxy's counters at the start of the load and before the first fault."""
        until = evidence.bounds("before")[1]
        looks = [e for e in evidence.events if isinstance(e, DatabaseLoad) and e.at <= until]
        counted = [look for look in looks if look.bytes is not None]
        asked = len(evidence.window("before"))
        if len(counted) < 2 or not asked:  # noqa: PLR2004 - one before, one after
            return not_judged(self.name, "the proxy's counters were not read twice")
        first, last = counted[0], counted[-1]
        statements = (last.statements or 0) - (first.statements or 0)
        passed_bytes = (last.bytes or 0) - (first.bytes or 0)
        figures = {"statements": statements, "bytes": passed_bytes}
        if statements < 1 and passed_bytes < MIN_BYTES:
            reason = f"none of {asked} requests before the fault reached the database"
            return inconclusive(self.name, reason, figures, code=UNUSED)
        return passed(self.name, f"{statements} statements for {asked} requests", figures)
