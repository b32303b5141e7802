"""Changes of new rows that other requests made: those that name the row, and those that follow it.

POST /orders ──▶ 201 {"id": 7}      orders.id 7
POST /orders/7/cancel ──▶ 200       orders.state is changed by it, and by no worker
"""

from __future__ import annotations

from collections.abc import Sequence

from squall.core.events import FamilyCommitted, RowFollowed
from squall.gates.committed_rows import CLOCK_SECONDS, MAX_LAG_SECONDS
from squall.history.evidence import Evidence
from squall.history.op import FIRST_FOLLOW_UP, Op


def columns_of_others(
    evidence: Evidence, made: Sequence[tuple[Op, FamilyCommitted | RowFollowed]]
) -> frozenset[str]:
    """Columns of these rows that were changed once, at least, while such a request ran; only of
    rows with their own changes.
    """
    writes = [op for op in (*evidence.calm.ops, *evidence.ops) if op.effect != "read"]
    return frozenset(
        column
        for maker, row in made
        if isinstance(row, RowFollowed)
        for other in writes
        if other.id == maker.id + FIRST_FOLLOW_UP
        or (other.id != maker.id and row.answered in other.segments)
        for column, ats in row.commits.items()
        if any(other.sent - CLOCK_SECONDS <= at <= other.done + MAX_LAG_SECONDS for at in ats)
    )
