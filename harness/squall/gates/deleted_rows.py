"""Rows of acknowledged writes that the app deleted by itself, since the first fault.

    in calm          POST /bookings ──▶ 201 {"id": 7}      bookings.id 7 is there in the end
    in the outage    POST /bookings ──▶ 201 {"id": 9}      bookings.id 9 was deleted by nobody's
                                                           request: a job that tidies up

Where a request asked for it, or may have (it writes something else, and was under way), and where
rows of calm requests are deleted as well, as those of finished jobs and of whatever expires,
nothing follows from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from squall.core.events import RowDeleted
from squall.gates.committed_rows import CommittedRows, acknowledged_writes, learn_links, read_rows
from squall.gates.removals import Removals
from squall.history.evidence import Evidence
from squall.history.op import Op
from squall.history.shape import identities

GRACE_SECONDS = 0.05
"""Difference allowed between a commit and the request that it belongs to."""
OPEN_SECONDS = 1.0
"""The same for a request whose end is not known."""
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
    gone = {(e.column, e.key): e.at for e in deleted if not removals.name(e.key)}
    return list(_of_operations(evidence, rows, gone))


def _of_operations(
    evidence: Evidence, rows: CommittedRows, gone: Mapping[tuple[str, str], float]
) -> Iterator[Op]:
    calm = {op.id for op in evidence.window("before")}
    for name, links in learn_links(evidence, rows).items():
        writes = [op for op in acknowledged_writes(evidence.ops) if op.name == name]
        others = [op for op in evidence.ops if op.effect != "read" and op.name != name]
        for place, column in links or ():
            lost = {
                op: gone[named]
                for op in writes
                if (named := (column, identities(op).get(place, ""))) in gone
            }
            kept = [op for op in writes if op.id in calm and op not in lost]
            usual = any(op.id in calm for op in lost)
            if lost and not usual and len(kept) >= MIN_KEPT:
                yield from (op for op, at in lost.items() if not _under_way(others, at))
                break


def _under_way(others: Iterable[Op], at: float) -> bool:
    """Whether another write may have done it: a PUT that replaces the parts of a thing, a DELETE of
    what the row belongs to. One without an answer may end later, and one that was only accepted at
    any time.
    """
    return any(
        op.is_accepted
        or op.sent - GRACE_SECONDS <= at <= op.done + (GRACE_SECONDS if op.good else OPEN_SECONDS)
        for op in others
    )
