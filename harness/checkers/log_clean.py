"""Nothing in the app's log was handled by nobody: what reaches the last resort is a bug waiting."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from harness.checkers.findings import failed, listed, passed
from harness.checkers.verdict import Finding
from harness.core.events import LogProblem
from harness.history.evidence import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class LogClean:
    """No unhandled exception, no task or connection that the garbage collector had to find."""

    allowed: int = 0

    name = "log-clean"

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the commonest lines."""
        if not evidence.contract.log_known:
            return passed(self.name, "not judged: the app's log is not known; see --app-log")
        lines = [event.line for event in evidence.events if isinstance(event, LogProblem)]
        figures = {"problems": len(lines)}
        if len(lines) <= self.allowed:
            return passed(self.name, f"{len(lines)} unhandled problems in the log", figures)
        told = [f"{count} x {line!r}" for line, count in Counter(lines).most_common()]
        return failed(self.name, f"unhandled, by the app's log: {listed(told)}", figures)
