"""Copies that look fresh: reads that are answered while no statement reaches the database.

    calm     100 reads, 100 statements           each needs the database
    outage   100 reads answered, 0 statements    copies, and none says so (Age, a new field)

Whether an operation needs the database is estimated from calm: how the number of statements in each
sample follows from the numbers of requests. What a cache answers in calm does not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from squall.core.events import DatabaseLoad, FaultInjected
from squall.gates.blamed_clients import is_unreachable
from squall.gates.calm_answers import CalmAnswers
from squall.history.evidence import Evidence
from squall.history.op import Op

BEGUN_SECONDS = 0.2
"""After the fault's begin, requests that had their statements before it are answered."""
LEAST_SAMPLES = 6
LEAST_COPIES = 10
LEAST_YOUNG = 3
AGE_SECONDS = 1.2
"""An Age is in whole seconds, rounded down."""
NEEDED = 0.5
"""Statements for each request from which on it needs the database."""


def unmarked_copies(evidence: Evidence, calm: CalmAnswers) -> list[Op]:
    """Successful reads in the outage that are copies, and look like fresh answers."""
    bounds = _silent_bounds(evidence)
    if bounds is None:
        return []
    start, healed = bounds
    found = [
        op
        for op in evidence.window("during")
        if op.effect == "read" and op.good and op.sent >= start and op.done <= healed
        and not op.copy and not calm.has_new_field(op)
        and op.name not in evidence.contract.without_statements
    ]  # fmt: skip
    names = {op.name for op in found}
    if len(found) < LEAST_COPIES or _statements_each(evidence, names) < NEEDED:
        return []
    return found


def too_young_copies(evidence: Evidence) -> list[Op]:
    """Copies whose Age is less than the time since the last statement reached the database."""
    bounds = _silent_bounds(evidence)
    if bounds is None:
        return []
    start, healed = bounds
    found = [
        op
        for op in evidence.window("during")
        if op.effect == "read" and op.good and op.age is not None and op.done <= healed
        and op.age + AGE_SECONDS < op.sent - start
    ]  # fmt: skip
    return found if len(found) >= LEAST_YOUNG else []


def _silent_bounds(evidence: Evidence) -> tuple[float, float] | None:
    """From when until when no statement reached the database; None if some did."""
    start = max((e.at for e in evidence.events if isinstance(e, FaultInjected)), default=None)
    healed = evidence.last_healed
    if start is None or healed is None or not is_unreachable(evidence):
        return None
    start += BEGUN_SECONDS
    return (start, healed) if _is_silent(evidence, start, healed) else None


def _loads(evidence: Evidence) -> list[tuple[float, int]]:
    loads = [event for event in evidence.events if isinstance(event, DatabaseLoad)]
    return [(load.at, load.statements) for load in loads if load.statements is not None]


def _is_silent(evidence: Evidence, start: float, end: float) -> bool:
    """Whether no statement reached the database."""
    counts = [count for at, count in _loads(evidence) if start <= at <= end]
    return len(counts) > 1 and counts[0] == counts[-1]


def _statements_each(evidence: Evidence, names: set[str]) -> float:
    """Statements for each request of these operations before the fault, by least squares: those of
    the others are not counted for them.
    """
    begun = evidence.bounds("before")[1]
    loads = [(at, count) for at, count in _loads(evidence) if at <= begun]
    rows = []
    for (since, first), (until, last) in pairwise(loads):
        done = [op for op in evidence.ops if since < op.done <= until]
        own = sum(op.name in names for op in done)
        rows.append((own, len(done) - own, last - first))
    return _first_factor(rows) if len(rows) >= LEAST_SAMPLES else 0.0


def _first_factor(rows: Sequence[tuple[int, int, int]]) -> float:
    """``a`` of ``z = a * x + b * y`` with the least squares."""
    xx, xy = sum(x * x for x, _, _ in rows), sum(x * y for x, y, _ in rows)
    yy, xz = sum(y * y for _, y, _ in rows), sum(x * z for x, _, z in rows)
    yz = sum(y * z for _, y, z in rows)
    scale = xx * yy - xy * xy
    if scale:
        return (xz * yy - yz * xy) / scale
    return xz / xx if xx and not yy else 0.0
