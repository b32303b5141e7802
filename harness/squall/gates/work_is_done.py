"""Accepted work is done after the outage: nothing stays in a queue for good.

A worker takes a job, loses its database, and nobody takes the job again. No request fails, and no
row is lost: the work is there for ever, and pending.
"""

from __future__ import annotations

from dataclasses import dataclass

from squall.core.events import WorkPending
from squall.gates.findings import failed, not_judged, passed
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence

EVENTUALLY = 'eventually = {jobs = "SELECT count(*) FROM jobs WHERE done_at IS NULL"}'
"""An example of the line of ``[tool.squall]`` that lets this gate judge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkIsDone(Gate):
    """Of each declared kind of work, no more is pending after the outage than before the load."""

    name = "work-is-done"
    severity = Severity.WRONG_DATA
    outlasts = True

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the kinds of work that are stuck."""
        seen = [event for event in evidence.events if isinstance(event, WorkPending)]
        if not seen:
            return not_judged(
                self.name, "no query for pending work is declared", configure=EVENTUALLY
            )
        figures = {f"{event.work}_pending": float(event.after) for event in seen}
        stuck = [event for event in seen if event.after > event.before]
        if not stuck:
            return passed(self.name, f"done: {', '.join(event.work for event in seen)}", figures)
        reason = "; ".join(
            f"{event.after} of {event.work} are still pending {event.seconds:.0f} s after the load,"
            f" {event.before} were before it"
            for event in stuck
        )
        return failed(self.name, reason, figures)
