"""A fault that comes amid requests: half of those under way stand between two of their statements.

    ├─ delay of each statement ─┼─ delay ─┼─ delay ─┤ fault
     begun here: at their third  second    first      statement

A transaction of 3 ms, 20 times a second, is open for a sixteenth of the time, so that a cut at a
moment of the clock meets none in most runs. Statements are therefore delayed before it, for three
delays: a third of the requests that have begun is at its first statement, a third at its second, a
third at its third, such as a COMMIT. What does no work (BEGIN, the check of a pool, settings) is
not delayed, or it would be what is met.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from squall_faults.catalogue import Effect, entry_of
from squall_faults.wire.delay_statement import DelayStatement

from squall.scenario.step import Step

REQUESTS = 16
"""So many begin in the lead, if the load gives them in time."""
MAX_SECONDS = 0.8
MAX_DEADLINES = 0.25
"""The lead is a quarter of the app's deadline at most: the rest is for the outage."""
DELAYS = 3
MARGIN_SECONDS = 0.05
"""Statements are delayed until the fault is in force."""
MEETS = frozenset({Effect.CUTS, Effect.ENDS})
"""What ends requests that are under way."""
WORKS = (
    r"^(?!\s*(?:begin|start|set|show|reset|discard|deallocate|close|unlisten|savepoint|release"
    r"|rollback|select\s+1\b|select\s+pg_advisory_unlock_all|;|$))"
)
"""Statements that do, or read, something of the app's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """When statements are delayed, from the end of the ``before`` window, and for how long."""

    at_seconds: float
    lasting_seconds: float
    delay_ms: int

    @property
    def fault(self) -> DelayStatement:
        """The delay."""
        return DelayStatement(delay_ms=self.delay_ms, statement=WORKS)


def lead_seconds(rate_per_second: float, deadline: float = float("inf")) -> float:
    """How long statements are delayed before the fault, at this load and deadline in seconds."""
    return min(REQUESTS / rate_per_second, MAX_SECONDS, MAX_DEADLINES * deadline)


def with_lead(
    steps: tuple[Step, ...], rate_per_second: float, deadline: float
) -> tuple[Lead, tuple[Step, ...]]:
    """The lead, and the steps behind it: what begins before the one that meets requests lasts
    longer, if there is too little time for the lead; the others come later.
    """
    lead = lead_seconds(rate_per_second, deadline)
    met = next((one for one in steps if entry_of(one.fault).effect in MEETS), steps[0])
    more = max(0.0, lead - met.at_seconds)
    found = Lead(
        at_seconds=met.at_seconds + more - lead,
        lasting_seconds=lead + MARGIN_SECONDS,
        delay_ms=max(1, round(lead * 1000 / DELAYS)),
    )
    return found, tuple(_moved(one, met.at_seconds, more) for one in steps)


def _moved(step: Step, met_at: float, more: float) -> Step:
    if step.at_seconds >= met_at:
        return replace(step, at_seconds=step.at_seconds + more)
    return replace(step, lasting_seconds=step.lasting_seconds + more)
