"""Sessions that LISTEN for notifications are back after the outage.

A pool replaces a dead connection on its next use. A connection that only listens has no next use:
if it dies, notifications are lost until the app is restarted, and no request shows it.
"""

from __future__ import annotations

from dataclasses import dataclass

from squall.gates.at_rest import rest_samples
from squall.gates.findings import failed, not_judged, passed
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class BackgroundSessionsReturn(Gate):
    """As many sessions wait for notifications after the outage as before it."""

    name = "background-sessions-return"
    severity = Severity.RECOVERY
    outlasts = True

    def judge(self, evidence: Evidence) -> Finding:
        """Compare the idle app before and after the load."""
        samples = rest_samples(evidence)
        if samples is None or not samples[0].listeners:
            return not_judged(self.name, "no session listened before the load")
        before, after = samples
        figures = {"before": before.listeners, "after": after.listeners}
        told = f"{after.listeners} of {before.listeners} sessions that LISTEN are there again"
        if after.listeners < before.listeners:
            return failed(self.name, f"{told}: notifications are lost until a restart", figures)
        return passed(self.name, told, figures)
