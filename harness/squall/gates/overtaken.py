"""Requests that wait past the heal and are refused, while later ones of their kind are served.

    heal
      │ POST ✓   ✓   ✓  ✓        sent after the heal, and served
    ──┼──────────────────▶
    POST ────────────── ✗ 503    sent before it, and never woken
    POST ──────────────── ✗ 503

Judged only where each statement and each connection fails at once while the fault lasts: where it
is silent, a request may wait for a connection that is lost, and others have another one. A pool
that is not fair lets later ones pass, too; then some of those who waited are served, and some who
came after the heal wait as long and are refused.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict

from squall.core.events import FaultInjected
from squall.history.evidence import Evidence
from squall.history.op import PASSING, Op

AT_ONCE = frozenset({"cuts", "refuses"})
OF_THE_DATABASE = ("network.", "database.")
LEAST_OVERTAKEN = 5
LEAST_SERVED = 3
"""Of later requests of the same operation, in the time before it is refused."""
MANY_SERVED = 8
"""So many are overtaken by no want of CPU: it delays the later ones, too."""
MOST_SERVED = 0.2
"""Of those who waited at the heal; where more are, the others were not forgotten."""
LEAST_SECONDS = 0.25
LEAST_DEADLINES = 0.2
"""Less is the time in which those who wait are let in one after another."""


def overtaken_requests(evidence: Evidence, served_before: int = LEAST_SERVED) -> list[Op]:
    """The requests that were refused in vain behind so many later ones, if they are not chance."""
    faults = [event for event in evidence.events if isinstance(event, FaultInjected)]
    healed = evidence.last_healed
    if not faults or healed is None or not all(map(_fails_at_once, faults)):
        return []
    served = _served(evidence, healed)
    least = max(LEAST_SECONDS, LEAST_DEADLINES * evidence.contract.deadline_seconds)
    waited = [op for op in evidence.awaited if op.sent < healed < op.done - least]
    found = [
        op
        for op in waited
        if op.status in PASSING and bisect_right(served[op.name], op.done - least) >= served_before
    ]
    unfair = sum(op.good for op in waited) > MOST_SERVED * len(waited) or any(
        op.status in PASSING and op.sent >= healed and op.done - op.sent >= least
        for op in evidence.awaited
    )
    return found if len(found) >= LEAST_OVERTAKEN and not unfair else []


def _served(evidence: Evidence, healed: float) -> dict[str, list[float]]:
    """When those that were sent after the heal were served, with nothing that is kept, by name."""
    found: defaultdict[str, list[float]] = defaultdict(list)
    for op in evidence.awaited:
        if op.sent >= healed and op.good and not op.copy:
            found[op.name].append(op.done)
    for moments in found.values():
        moments.sort()
    return found


def _fails_at_once(event: FaultInjected) -> bool:
    ours = event.proxy in ("", "postgres") and event.fault.startswith(OF_THE_DATABASE)
    return ours and event.effect in AT_ONCE
