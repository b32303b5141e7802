"""Writes that were found when they were read back in the outage, and are not found after it.

    outage   POST /orders ──▶ 201 {"id": 9}     GET /orders/9 ──▶ 200    by the second copy
    after    GET /orders/9 ──▶ 404                                       by the first, which has
                                                                         not seen it

The row is there: one process alone knows of it, or takes what it has not seen for what cannot be.
"""

from __future__ import annotations

from squall.core.events import RowDeleted
from squall.gates.calm_answers import GONE
from squall.gates.removals import Removals
from squall.history.evidence import Evidence
from squall.history.op import Op

LEAST_LOST = 2
"""One alone may be a thing that ends by itself."""


def lost_from_sight(evidence: Evidence) -> list[Op]:
    """Reads that found nothing, of what a read before them found; not what a request may have
    deleted, and not where the app deletes rows by itself.
    """
    own = (e for e in evidence.events if isinstance(e, RowDeleted) and not e.named)
    if any(event.lost for event in own):
        return []
    removals = Removals(evidence)
    found = {op.request: op.done for op in evidence.ops if op.is_read_back and op.good}
    lost = {
        op.request: op
        for op in evidence.ops
        if op.asked_again and op.status in GONE and found.get(op.request, op.sent) < op.sent
        if not removals.may_concern(op)
    }
    return list(lost.values()) if len(lost) >= LEAST_LOST else []
