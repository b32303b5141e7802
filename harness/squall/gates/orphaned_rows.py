"""Rows of requests whose other half was rolled back: they refer to what does not exist.

    in calm          invoices.id 7 ◀── lines.invoice = 7, two of them
    in the outage                      lines.invoice = 9, and no invoice 9 was ever committed

No foreign key is needed: ``invoice`` and ``invoice_id`` refer to ``invoices.id``.
"""

from __future__ import annotations

from squall.core.events import FamilyCommitted, RowsOrphaned
from squall.gates.committed_rows import MIN_LEARNED
from squall.history.evidence import Evidence


def orphaned_rows(evidence: Evidence) -> list[RowsOrphaned]:
    """Since the first fault, in columns whose rows always had their parent before it."""
    start = evidence.first_injected
    found = [event for event in evidence.events if isinstance(event, RowsOrphaned)]
    if start is None or not found:
        return []
    families = [event for event in evidence.events if isinstance(event, FamilyCommitted)]
    calm = [*evidence.calm.families, *(one for one in families if one.at < start)]
    return [
        one
        for one in found
        if min(one.commits) >= start
        and sum(bool(family.commits.get(one.column)) for family in calm) >= MIN_LEARNED
    ]
