"""The app's log shows no unhandled error."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from squall.core.events import LogProblem
from squall.gates.driver_errors import names_internal_error
from squall.gates.findings import failed, listed, not_judged, passed
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence

ASGI = "ASGI"
"""uvicorn's message for an exception that the app did not handle."""

UNHANDLED = "unhandled-exception"
ABANDONED = "abandoned-resource"
"""A task or connection that was abandoned to the garbage collector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogClean(Gate):
    """No unhandled exception, and no task or connection abandoned to the garbage collector."""

    allowed: int = 0

    name = "log-clean"
    severity = Severity.FORM

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the most frequent lines."""
        if not evidence.contract.log_known:
            return not_judged(self.name, "the app's log is not known", configure="--app-log FILE")
        problems = [event.line for event in evidence.events if isinstance(event, LogProblem)]
        lines = [line for line in problems if not names_internal_error(line)]
        figures = {"problems": len(lines)}
        if len(lines) <= self.allowed:
            return passed(self.name, f"{len(lines)} unhandled problems in the log", figures)
        told = [f"{count} x {line!r}" for line, count in Counter(lines).most_common()]
        code = UNHANDLED if any(ASGI in line for line in lines) else ABANDONED
        return failed(self.name, f"unhandled, by the app's log: {listed(told)}", figures, code=code)
