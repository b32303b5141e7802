"""SIGTERM ends the app: running requests are finished within the grace period, then it exits.

A deployment or a scale-down sends SIGTERM and, after a grace period, SIGKILL. An app is killed in
the middle of its work if it ignores the signal or waits for something that never comes (a pool
whose connections are all leaked, an endless stream).
"""

from __future__ import annotations

from dataclasses import dataclass

from squall.core.events import AppTerminated
from squall.gates.findings import failed, not_judged, passed
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence

KILLED = frozenset({-9, 137})
"""SIGKILL, as reported for a process and for a container."""

ORDERLY = frozenset({0, -15, 143, -2, 130})
"""Ended by itself, or by SIGTERM or SIGINT, as reported for a process and for a container."""

WITH_AN_ERROR = "ended-with-an-error"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndsWhenTold(Gate):
    """The app exits within its grace period each time that it receives SIGTERM."""

    name = "ends-when-told"
    severity = Severity.DEAD
    timed = True

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the grace period."""
        ends = [event for event in evidence.events if isinstance(event, AppTerminated)]
        if not ends:
            return not_judged(self.name, "the app was not told to end")
        slowest = max(ends, key=lambda end: end.seconds)
        figures = {"seconds": round(slowest.seconds, 2), "exit_code": slowest.exit_code}
        killed = [end for end in ends if end.exit_code in KILLED]
        if killed:
            reason = f"the app did not end {killed[0].seconds:.1f} s after SIGTERM, and was killed"
            return failed(self.name, reason, figures, patience=killed[0].seconds)
        odd = [end for end in ends if end.exit_code not in ORDERLY]
        if odd:
            reason = f"the app ended with exit code {odd[0].exit_code} after SIGTERM: an error"
            return failed(self.name, reason, figures, code=WITH_AN_ERROR)
        return passed(self.name, f"the app ended {slowest.seconds:.2f} s after SIGTERM", figures)
