"""Writes that are told that they are wrong, and are done when another client asks for the same.

    outage   POST /orders {"item": 7} ──▶ 422      "this key belongs to another body"
    after    POST /orders {"item": 7} ──▶ 201      with a key of its own

Whether a body is wrong does not depend on the database. A repeat that works with what an earlier
request has left, on its session or in memory, finds what it does not look for.
"""

from __future__ import annotations

from collections.abc import Sequence

from squall.core.events import FaultInjected
from squall.history.evidence import Evidence
from squall.history.op import FIRST_EXTRA, INVALID, Op

LEAST = 2
"""One alone may have met a balance or a stock that was used up."""
MOST = 6
"""Writes that are asked for again: the newest ones."""
OF_CLIENTS = "client."
"""Faults in which clients use a key again: the second write may be refused."""


def told_wrong(ops: Sequence[Op], begun: float) -> list[Op]:
    """Writes of the plan that were told so since ``begun``, of operations that were not before."""
    known = {op.name for op in ops if op.done < begun and op.status in INVALID}
    found = [
        op
        for op in sorted(ops, key=lambda op: op.sent)
        if op.id < FIRST_EXTRA and op.done >= begun and op.effect != "read"
        and op.status in INVALID and op.name not in known
    ]  # fmt: skip
    return found[-MOST:]


def found_invalid(evidence: Evidence) -> list[Op]:
    """Those that were done when they were asked for again."""
    begun = evidence.first_injected
    faults = [event for event in evidence.events if isinstance(event, FaultInjected)]
    if begun is None or any(event.fault.startswith(OF_CLIENTS) for event in faults):
        return []
    done = {op.asks_for_write for op in evidence.ops if op.good}
    found = [op for op in told_wrong(evidence.ops, begun) if op.id in done]
    return found if len(found) >= LEAST else []
