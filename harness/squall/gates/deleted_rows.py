"""Rows of acknowledged writes that the app deleted by itself, since the first fault.

    in calm          POST /bookings ──▶ 201 {"id": 7}      bookings.id 7 is there in the end
    in the outage    POST /bookings ──▶ 201 {"id": 9}      bookings.id 9 was deleted by nobody's
                                                           request: a job that tidies up

Where a request asked for it, or may have (it deletes something, and was under way), and where rows
of calm requests are deleted as well, as those of finished jobs and of whatever expires, nothing
follows from it.
"""

from __future__ import annotations

from collections.abc import Iterator

from squall.core.events import RowDeleted
from squall.gates.committed_rows import CommittedRows, acknowledged_writes, learn_links, read_rows
from squall.gates.removals import Removals
from squall.history.evidence import Evidence
from squall.history.op import Op
from squall.history.shape import identities

MIN_KEPT = 3
"""Rows of calm requests of this run that must be there in the end."""


def deleted_after_success(evidence: Evidence) -> list[Op]:
    """The acknowledged writes whose row is gone."""
    rows = read_rows(evidence)
    start = evidence.first_injected
    seen = [event for event in evidence.events if isinstance(event, RowDeleted)]
    deleted = [event for event in seen if event.lost]
    if rows is None or start is None or not deleted:
        return []
    removals = Removals(evidence)
    gone = {
        (event.column, event.key)
        for event in deleted
        if not removals.name(event.key) and not removals.under_way(event.at)
    }
    return list(_of_operations(evidence, rows, gone))


def _of_operations(
    evidence: Evidence, rows: CommittedRows, gone: set[tuple[str, str]]
) -> Iterator[Op]:
    calm = {op.id for op in evidence.window("before")}
    for name, links in learn_links(evidence, rows).items():
        writes = [op for op in acknowledged_writes(evidence.ops) if op.name == name]
        for place, column in links or ():
            lost = [op for op in writes if (column, identities(op).get(place, "")) in gone]
            kept = [op for op in writes if op.id in calm and op not in lost]
            usual = any(op.id in calm for op in lost)
            if lost and not usual and len(kept) >= MIN_KEPT:
                yield from lost
                break
