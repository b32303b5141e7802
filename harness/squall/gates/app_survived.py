"""The app's process survives an outage of the database.

An app that needs its database to start, and says so by its exit code, is started again by its
supervisor until it succeeds. That is sound unless the app is declared to start without it
(``starts_without_database``); whether it comes back is the question of ``recovery-time``.
"""

from __future__ import annotations

from dataclasses import dataclass

from squall.core.events import AppExited
from squall.gates.findings import failed, not_judged, passed
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence

EXITED = "process-exited"
EXITED_AT_START = "process-exited-at-start"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSurvived(Gate):
    """The app's process is the same at the end as at the start."""

    name = "app-survived"
    severity = Severity.DEAD
    outlasts = True

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the exit code."""
        if not evidence.contract.process_known:
            return not_judged(self.name, "the app's process is not a child of ours")
        ends = [event for event in evidence.events if isinstance(event, AppExited)]
        if not ends:
            return passed(self.name, "the app's process lives")
        told = f"the app's process ended with exit code {ends[0].exit_code}"
        starts = [event for event in ends if event.starting]
        if ends[0].starting:
            often = f"each of the {len(starts)} times" if len(starts) > 1 else "when"
            told += f" {often} it was restarted"
        if all(event.allowed for event in ends):
            told += ": it needs its database to start"
            return passed(self.name, told, {"exit_code": ends[0].exit_code}, noted=True)
        code = EXITED_AT_START if ends[0].starting else EXITED
        return failed(self.name, told, {"exit_code": ends[0].exit_code}, code=code)
