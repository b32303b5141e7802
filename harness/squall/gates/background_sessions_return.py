"""What an app does in the background goes on after the outage: sessions that LISTEN, and pollers.

A pool replaces a dead connection on its next use. A connection that only listens has no next use:
if it dies, notifications are lost until the app is restarted, and no request shows it. A task that
polls ends with its first exception, if it does not expect one, and no request shows that either.
"""

from __future__ import annotations

from dataclasses import dataclass

from squall.core.events import IdleStatements
from squall.gates.at_rest import rest_samples
from squall.gates.findings import failed, not_judged, passed
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence

LISTENERS = "listeners-lost"
SILENT = "poller-silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackgroundSessionsReturn(Gate):
    """As many sessions wait for notifications as before; an app that polled polls again."""

    name = "background-sessions-return"
    severity = Severity.RECOVERY
    outlasts = True

    def judge(self, evidence: Evidence) -> Finding:
        """Compare the idle app before and after the load."""
        polls = [event for event in evidence.events if isinstance(event, IdleStatements)]
        before = next((each for each in polls if each.moment == "before"), None)
        after = next((each for each in polls if each.moment == "after"), None)
        if before is not None and after is not None and not after.statements:
            pace = before.statements / before.seconds
            reason = (
                f"the idle app sent {pace:.1f} statements a second before the outage and none in"
                f" {after.seconds:.0f} s after it: what polls has ended"
            )
            return failed(self.name, reason, {"pace_before": round(pace, 1)}, code=SILENT)
        finding = self._listeners(evidence)
        if finding is None and before is not None and after is not None:
            return passed(self.name, "the idle app polls again")
        return finding or not_judged(self.name, "no session listened before the load")

    def _listeners(self, evidence: Evidence) -> Finding | None:
        """None if no session listened before the load."""
        samples = rest_samples(evidence)
        if samples is None or not samples[0].listeners:
            return None
        before, after = samples
        figures = {"before": before.listeners, "after": after.listeners}
        told = f"{after.listeners} of {before.listeners} sessions that LISTEN are there again"
        if after.listeners < before.listeners:
            lost = f"{told}: notifications are lost until a restart"
            return failed(self.name, lost, figures, code=LISTENERS)
        return passed(self.name, told, figures)
