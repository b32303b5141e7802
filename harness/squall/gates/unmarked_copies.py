"""Copies that look fresh: reads that are answered while nothing reaches what they need.

    calm     100 reads, 100 statements           each needs the database
    outage   100 reads answered, 0 statements    copies, and none says so (Age, a new field)

The same with requests that reach the stand-in of an HTTP upstream. Whether an operation needs the
database or an upstream is estimated from calm: how the number of statements in each sample follows
from the numbers of requests. What a cache answers in calm does not count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from squall.core.events import DatabaseLoad, FaultInjected, UpstreamLoad
from squall.gates.blamed_clients import is_unreachable
from squall.gates.calm_answers import CalmAnswers
from squall.history.evidence import Evidence
from squall.history.op import Op
from squall.history.shape import read_shape

DATABASE = "the database"
BEGUN_SECONDS = 0.2
"""After the fault's begin, requests that had their statements before it are answered."""
LEAST_SAMPLES = 6
LEAST_COPIES = 10
LEAST_YOUNG = 3
AGE_SECONDS = 1.2
"""An Age is in whole seconds, rounded down."""
NEEDED = 0.5
"""Statements for each request from which on it needs the database."""


@dataclass(frozen=True, slots=True)
class _Silence:
    """From when until when nothing reached a server, and what did before."""

    start: float
    healed: float
    before: Sequence[tuple[float, int]]
    """Readings of a counter of statements or requests."""

    def holds(self, op: Op) -> bool:
        """Whether all of a request was in it."""
        return op.sent >= self.start and op.done <= self.healed


def unmarked_copies(evidence: Evidence, calm: CalmAnswers) -> list[tuple[Op, str]]:
    """Successful reads in the outage that are copies and look like fresh answers, with the server
    that nothing reached: ``the database``, or the name of an upstream.
    """
    reads = [
        op
        for op in evidence.window("during")
        if op.effect == "read" and op.good and not op.copy and not _has_new_field(op, calm)
    ]
    return [
        (op, server)
        for server, silence in _silences(evidence).items()
        for op in _needing([op for op in reads if silence.holds(op)], silence, evidence)
    ]


def too_young_copies(evidence: Evidence) -> list[Op]:
    """Copies whose Age is less than the time since the last statement reached the database."""
    silence = _silences(evidence).get(DATABASE)
    if silence is None:
        return []
    found = [
        op
        for op in evidence.window("during")
        if op.effect == "read" and op.good and op.age is not None and op.done <= silence.healed
        and op.age + AGE_SECONDS < op.sent - silence.start
    ]  # fmt: skip
    return found if len(found) >= LEAST_YOUNG else []


def _needing(reads: Sequence[Op], silence: _Silence, evidence: Evidence) -> Sequence[Op]:
    """The reads of operations that need the server, if they are enough to be no chance."""
    by_name: defaultdict[str, list[Op]] = defaultdict(list)
    for op in reads:
        by_name[op.name].append(op)
    needing = {n for n in by_name if _each(evidence, {n}, silence.before) >= NEEDED}
    found = [op for op in reads if op.name in needing]
    if len(found) < LEAST_COPIES or _each(evidence, needing, silence.before) < NEEDED:
        return []
    return found


def _silences(evidence: Evidence) -> dict[str, _Silence]:
    """The servers that a fault kept away and that nothing reached from then on."""
    faults = [event for event in evidence.events if isinstance(event, FaultInjected)]
    healed, begun = evidence.last_healed, evidence.bounds("before")[1]
    if not faults or healed is None or not is_unreachable(evidence):
        return {}
    start = max(fault.at for fault in faults) + BEGUN_SECONDS
    found = {}
    for server, readings in _readings(evidence).items():
        counts = [count for at, count in readings if start <= at <= healed]
        if len(counts) > 1 and counts[0] == counts[-1]:
            before = [one for one in readings if one[0] <= begun]
            found[server] = _Silence(start, healed, before)
    return found


def _readings(evidence: Evidence) -> Mapping[str, list[tuple[float, int]]]:
    """What had reached the database, and each upstream at which a fault acts."""
    at_fault = {event.proxy for event in evidence.events if isinstance(event, FaultInjected)}
    found: defaultdict[str, list[tuple[float, int]]] = defaultdict(list)
    for event in evidence.events:
        if isinstance(event, DatabaseLoad) and event.statements is not None:
            found[DATABASE].append((event.at, event.statements))
        elif isinstance(event, UpstreamLoad) and event.name in at_fault:
            found[event.name].append((event.at, event.requests))
    return found


def _has_new_field(op: Op, calm: CalmAnswers) -> bool:
    known = calm.operations.get(op.name)
    places = set().union(*(shape for _, shape in known.shapes)) if known else set()
    return not places or bool(set(read_shape(op.shape)) - places)


def _each(evidence: Evidence, names: set[str], loads: Sequence[tuple[float, int]]) -> float:
    """Statements for each request of these operations before the fault, by least squares: those of
    the others are not counted for them.
    """
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
