"""The app's log shows no unhandled error."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from squall.core.events import ErrorsLogged, LogProblem
from squall.gates.at_rest import rest_samples
from squall.gates.driver_errors import (
    is_drivers_own_task,
    names_internal_error,
    requests_share_connections,
)
from squall.gates.findings import failed, listed, not_judged, passed
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence

ASGI = "ASGI"
"""uvicorn's message for an exception that the app did not handle."""

SHUTDOWN = "Application shutdown failed"
"""uvicorn's message for an exception at the end; its exit code is 0 all the same."""

UNHANDLED = "unhandled-exception"
ABANDONED = "abandoned-resource"
"""A task or connection that was abandoned to the garbage collector."""

FLOODED = "log-flooded"
"""Equal stack traces fill the disk of the logs, which is the next outage."""
LEAST_FAILED = 20
KIB = 1024
MESSAGE = 80
"""Lines of the log are shortened; this many characters of exception and message are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogClean(Gate):
    """No unhandled exception, and no task or connection abandoned to the garbage collector."""

    allowed: int = 0
    kib_each: float | None = None
    """How much the log may grow for each request without success, in KiB; None requires nothing."""

    name = "log-clean"
    severity = Severity.FORM

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the most frequent lines."""
        if not evidence.contract.log_known:
            return not_judged(self.name, "the app's log is not known", configure="--app-log FILE")
        said = (event.line for event in evidence.events if isinstance(event, LogProblem))
        problems = [line for line in said if not is_drivers_own_task(line)]
        own = requests_share_connections(evidence)
        lines = [line for line in problems if own or not names_internal_error(line)]
        calm = _calm(lines, evidence)
        lines = [line for number, line in enumerate(lines) if number not in calm]
        figures = {"problems": len(lines)} | ({"in_calm": len(calm)} if calm else {})
        if len(lines) <= self.allowed:
            if (flood := self._flood(evidence)) is not None:
                return flood
            told = f"{len(lines)} unhandled problems in the log"
            told += f", and {len(calm)} that it also has without a fault" if calm else ""
            return passed(self.name, told, figures)
        counts = [f"{count} x {line!r}" for line, count in Counter(lines).most_common()]
        unhandled = any(words in line for line in lines for words in (ASGI, SHUTDOWN))
        code = UNHANDLED if unhandled else ABANDONED
        return failed(
            self.name, f"unhandled, by the app's log: {listed(counts)}", figures, code=code
        )

    def _flood(self, evidence: Evidence) -> Finding | None:
        """What the log grew by for each failed request, if it is too much."""
        samples, bad = rest_samples(evidence), sum(not op.good for op in evidence.ops)
        if self.kib_each is None or samples is None or bad < LEAST_FAILED:
            return None
        before, after = (sample.log_bytes for sample in samples)
        if before is None or after is None:
            return None
        grown = (after - before) / KIB
        if grown / bad <= self.kib_each:
            return None
        figures = {"kib": round(grown), "kib_each": round(grown / bad, 1)}
        reason = f"the log grew by {grown:.0f} KiB, {grown / bad:.1f} KiB for each failed request"
        return failed(self.name, reason, figures, code=FLOODED)


def _calm(lines: list[str], evidence: Evidence) -> set[int]:
    """Which of the lines are errors that the app also has without a fault: known before the run, or
    of the same exception, message and place as one before the first fault.
    """
    injected = evidence.first_injected
    left = {
        f"{one.exception}: {one.message}"[:MESSAGE]: one.unhandled
        for one in evidence.events
        if isinstance(one, ErrorsLogged) and injected is not None and one.at < injected
        and one.exception and one.message
    }  # fmt: skip
    found: set[int] = set()
    for number, line in enumerate(lines):
        told = next((text for text, count in left.items() if count and text in line), None)
        if told is not None:
            left[told] -= 1
        if told is not None or line in evidence.contract.calm_problems:
            found.add(number)
    return found
