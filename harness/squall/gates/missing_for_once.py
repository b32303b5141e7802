"""Rows that were there all the time, and that a read in the outage called missing.

before   GET /doctors/3 ──▶ 200        and nobody wrote to it since; or not in the whole run
during   GET /doctors/3 ──▶ 404        the app could not look: 503 is right
after    GET /doctors/3 ──▶ 200

One such answer proves more than the usual statuses of an operation, which a small load does not
show, and it proves it also where other requests delete.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from squall.gates.calm_answers import GONE
from squall.gates.removals import are_related
from squall.gates.row_log import untouched
from squall.history.evidence import Evidence
from squall.history.op import Op

LEAST_UNSURE = 2
"""Such answers of one operation, where only later ones found it, and the server's log does not say
that nothing of it was changed in the run.
"""
MAKES = "POST "


def missing_for_once(evidence: Evidence) -> list[Op]:
    """The answers that say so."""
    said = [op for op in evidence.window("during") if op.effect == "read" and op.status in GONE]
    if not said:
        return []
    served: defaultdict[str, list[Op]] = defaultdict(list)
    for op in evidence.ops:
        if op.effect == "read" and op.good:
            served[op.request].append(op)
    writes = [op for op in evidence.ops if op.effect != "read"]
    unchanged = untouched(evidence)
    sure: list[Op] = []
    others: defaultdict[str, list[Op]] = defaultdict(list)
    for op in said:
        if _was_there(op, served[op.request], writes):
            before = any(one.done <= op.sent for one in served[op.request])
            (sure if before or unchanged(op) else others[op.name]).append(op)
    return [*sure, *(op for same in others.values() if len(same) >= LEAST_UNSURE for op in same)]


def _was_there(op: Op, served: Sequence[Op], writes: Sequence[Op]) -> bool:
    later = min((one.done for one in served if one.sent >= op.done), default=None)
    if later is None:
        return False
    near = [one for one in writes if are_related(one.segments, op.segments)]
    earlier = max((one.sent for one in served if one.done <= op.sent), default=None)
    if earlier is None:
        return not any(one.sent <= later for one in near)
    hides = (one for one in near if one.done >= earlier and one.sent <= op.done)
    return all(_makes_another(one, op) for one in hides)


def _makes_another(write: Op, read: Op) -> bool:
    """Whether it is a POST to what this one belongs to: ``POST /doctors``."""
    return write.request.startswith(MAKES) and len(write.segments) < len(read.segments)
