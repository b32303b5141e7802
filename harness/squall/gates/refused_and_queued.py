"""Writes that were refused, and done when the outage was over: they had stayed in a queue.

    POST /entries ──▶ 503      its job waits for a thread, and nobody takes it out
    the heal                   forty such jobs are done, one after another

Only where the server works and waits for a lock. What a request had sent by then may be done as
well, once for each session; more than that had not been sent when it was refused.
"""

from __future__ import annotations

from squall.core.events import BackendsSampled, FaultInjected, RowStoredLate
from squall.history.evidence import Evidence
from squall.history.op import Op, Outcome

BLOCKS = frozenset({"blocks"})
"""The effect of faults that let statements wait for a lock."""
LEAST = 3


def refused_and_queued(evidence: Evidence) -> list[Op]:
    """The refused writes whose rows were committed later; none if sessions explain them."""
    faults = [event for event in evidence.events if isinstance(event, FaultInjected)]
    if not faults or {fault.effect for fault in faults} != BLOCKS:
        return []
    late = {event.op for event in evidence.events if isinstance(event, RowStoredLate)}
    found = [op for op in evidence.ops if op.id in late and op.outcome is Outcome.REFUSED]
    seen = [event.total for event in evidence.events if isinstance(event, BackendsSampled)]
    return found if seen and len(found) > max(LEAST, *seen) else []
