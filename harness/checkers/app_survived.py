"""An outage of the database is no reason for the app's process to end."""

from __future__ import annotations

from dataclasses import dataclass

from harness.checkers.findings import failed, passed
from harness.checkers.verdict import Finding
from harness.core.events import AppExited
from harness.history.evidence import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSurvived:
    """The process of the app is the same at the end as at the start."""

    name = "app-survived"

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the exit code."""
        if not evidence.contract.process_known:
            return passed(self.name, "not judged: the app's process is not a child of ours")
        ends = [event for event in evidence.events if isinstance(event, AppExited)]
        if not ends:
            return passed(self.name, "the app's process lives")
        told = f"the app's process ended with exit code {ends[0].exit_code}"
        starts = [event for event in ends if event.starting]
        if ends[0].starting:
            often = f"each of the {len(starts)} times" if len(starts) > 1 else "when"
            told += f" {often} it was started anew"
        return failed(self.name, told)
