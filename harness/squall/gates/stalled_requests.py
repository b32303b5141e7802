"""Requests that need no database, and yet wait while it is away: they are as good as a probe.

    calm     GET /units/7      3 ms, without a statement
    outage   GET /units/7   2900 ms          5 of 107 requests were answered meanwhile

Judged only where each statement fails at once. Where statements wait, a request that needs no
database may wait for one of the threads that they hold; then others are still answered.
"""

from __future__ import annotations

from dataclasses import dataclass

from squall.core.events import FaultInjected
from squall.history.evidence import Evidence
from squall.history.op import Op

AT_ONCE = frozenset({"cuts", "errors"})
OF_THE_DATABASE = ("network.", "database.", "wire.")
LEAST_ASKED = 2
"""They are a small part of the load, and each one that is quick disproves it."""
MOST_OF_THEM = 0.8
FEW_ANSWERED = 0.15
"""Share of the requests of the outage that are answered within it, if all wait for one."""
SOON = 0.25
"""Seconds after the injection, before the first statements have failed."""


@dataclass(frozen=True, slots=True)
class Stalled:
    """Requests without a statement that were late, and what was answered meanwhile."""

    ops: list[Op]
    answered: int
    asked: int


def stalled_requests(evidence: Evidence, late_seconds: float) -> Stalled | None:
    """What was late without a reason of its own; None if nothing was, or if it proves nothing."""
    faults = [event for event in evidence.events if isinstance(event, FaultInjected)]
    start, healed = evidence.fault_in_force, evidence.last_healed
    if start is None or healed is None or not all(map(_fails_at_once, faults)):
        return None
    asked = [
        op for op in evidence.ops if start + SOON <= op.sent <= healed and not op.client_cancelled
    ]
    free = [op for op in asked if op.name in evidence.contract.without_statements]
    late = [op for op in free if op.done - op.sent > late_seconds]
    answered = sum(op.done <= healed for op in asked)
    if len(free) < LEAST_ASKED or len(late) < MOST_OF_THEM * len(free):
        return None
    if answered > FEW_ANSWERED * len(asked):
        return None
    return Stalled(late, answered, len(asked))


def _fails_at_once(event: FaultInjected) -> bool:
    own = event.proxy in ("", "postgres")
    return event.effect in AT_ONCE and own and event.fault.startswith(OF_THE_DATABASE)
