"""The load was the scenario's: the number of requests and their intended times match the schedule.

    schedule   │ │ │ │ │ │ │ │ │     fixed by the seed, before the run
    history    │ │ │       │ │ │     a load that paused, or had half the rate, spares the app

A generator that waits for answers sends less while the app stalls, and hides the stall.
"""

from __future__ import annotations

from dataclasses import dataclass

from squall.gates.findings import inconclusive, not_judged, passed
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence
from squall.history.op import FIRST_EXTRA

FEWER = "fewer-requests-than-planned"
OFF_SCHEDULE = "requests-off-schedule"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadAsPlanned(Gate):
    """The number of requests equals that of the schedule between start and end of the load."""

    name = "load-as-planned"
    severity = Severity.VALIDITY

    def judge(self, evidence: Evidence) -> Finding:
        """Compare the schedule with the history. One request may fall on either side of the end."""
        planned = evidence.planned
        if planned is None:
            return not_judged(self.name, "the schedule is not known")
        came_due = sum(op.id < FIRST_EXTRA for op in evidence.ops) + evidence.unsent
        figures = {"planned": planned.requests, "came_due": came_due}
        told = f"{came_due} requests of {planned.requests} on the schedule"
        if came_due < planned.requests - 1:
            return inconclusive(self.name, f"the load was smaller: {told}", figures, code=FEWER)
        if planned.off_schedule:
            reason = f"{planned.off_schedule} requests were not sent for their time"
            return inconclusive(self.name, reason, figures, code=OFF_SCHEDULE)
        return passed(self.name, told, figures)
