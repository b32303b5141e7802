"""Two writes with different keys are answered with the same new thing: answers are mixed up.

    POST /orders, key 7 ──▶ 201 {"id": 31}
    POST /orders, key 8 ──▶ 201 {"id": 31}     the order of somebody else

A variable that all requests share, or a connection on which an abandoned answer is still under way.
Only operations count that create things: before the fault each answer had an id of its own, and
these ids are UUIDs, or grow with the time, as those of a sequence do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from squall.core.events import FaultInjected
from squall.history.evidence import Evidence
from squall.history.op import Op
from squall.history.shape import identities, is_uuid

LEAST = 10
GROWS = 0.7
"""Share of the answers that have a larger id than the one before; others overtook each other."""
PLACE = ".id"
FAILOVER = "database.failover"


def mixed_up(evidence: Evidence) -> list[list[Op]]:
    """Groups of writes with different keys that share an id.

    A failover may lose rows, and its sequence gives their ids again.
    """
    if any(isinstance(e, FaultInjected) and e.fault == FAILOVER for e in evidence.events):
        return []
    creating = {name for name, ops in _by_name(evidence.window("before")).items() if _creates(ops)}
    by_id: defaultdict[tuple[str, str], list[Op]] = defaultdict(list)
    for name, ops in _by_name(evidence.ops).items():
        for op in ops if name in creating else ():
            by_id[name, identities(op)[PLACE]].append(op)
    return [same for same in by_id.values() if len({op.key for op in same}) > 1]


def _by_name(ops: Iterable[Op]) -> dict[str, list[Op]]:
    """Acknowledged writes with a key and an id, by operation, in order of their answers."""
    found: defaultdict[str, list[Op]] = defaultdict(list)
    for op in sorted(ops, key=lambda op: op.done):
        is_write = op.effect != "read" and op.key is not None and op.request.startswith("POST ")
        if is_write and op.good and PLACE in identities(op):
            found[op.name].append(op)
    return found


def _creates(ops: Sequence[Op]) -> bool:
    ids = [identities(op)[PLACE] for op in ops if op.repeats is None]
    if len(ids) < LEAST or len(set(ids)) < len(ids):
        return False
    if all(map(is_uuid, ids)):
        return True
    if not all(each.isdecimal() for each in ids):
        return False
    grown = sum(int(one) < int(other) for one, other in pairwise(ids))
    return grown >= GROWS * (len(ids) - 1)
