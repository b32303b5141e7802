"""Requests that fail again after the heal, although others of their kind were served meanwhile.

    heal ── GET /report ✓ ✗ ✓ ✗ ✗ ✓ ✓ ✓ ──▶      two of five sessions keep what an error left

Some sessions of a pool are spoilt. Twenty good answers in a row are chance then, so whoever waits
for recovery waits for as long as the app may need. Looked for where statements failed and nothing
else, so that no connection was lost: dead ones fail once each, and later ones are served meanwhile.
"""

from __future__ import annotations

from squall.core.events import FaultInjected
from squall.history.evidence import Evidence

LEAST = 2


def relapses(evidence: Evidence) -> bool:
    """Whether requests of an operation failed after one that was sent since the heal was served."""
    effects = {event.effect for event in evidence.events if isinstance(event, FaultInjected)}
    if effects != {"errors"}:
        return False
    served: dict[str, float] = {}
    failed = 0
    for op in sorted(evidence.window("after"), key=lambda op: op.sent):
        if op.good:
            served[op.name] = min(op.done, served.get(op.name, op.done))
        elif op.is_servers_error:
            failed += op.name in served and served[op.name] <= op.sent
    return failed >= LEAST
