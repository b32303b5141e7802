"""Requests of which a number was stored, and not the row that it counts, or the other way round.

    in calm          POST /bookings ──▶ 201      a row of bookings, and rooms.taken + 1
    in the outage    POST /bookings ──▶ 503      rooms.taken + 1, and no row: two transactions

What is alone must be from a request that failed: while another one that succeeds is under way, such
as one that sets the number, it may be from that, unless its operation left nothing alone without
the fault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from squall.core.events import NumberBalanced
from squall.history.evidence import Evidence
from squall.history.op import Op

LEAST_PAIRS = 3
"""Before the fault."""
LEAST_CALM = 3
"""Requests of an operation without the fault that show that it moves no such number."""
LATE_SECONDS = 0.5
"""After an answer its work may go on; after the heal, that of the outage."""
CLOCK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class HalfCounted:
    """Requests that are stored by half."""

    column: str
    made: str
    ops: tuple[Op, ...]


def half_counted(evidence: Evidence) -> HalfCounted | None:
    """The first number that failed requests have parted from its rows."""
    start, healed = evidence.first_injected, evidence.last_healed
    if start is None or healed is None:
        return None
    late = healed + LATE_SECONDS
    writes = [op for op in evidence.ops if op.effect != "read"]
    calm = Counter(op.name for op in writes if op.good and (op.done < start or op.sent > late))
    innocent = frozenset(name for name, times in calm.items() if times >= LEAST_CALM)
    for event in evidence.events:
        if not isinstance(event, NumberBalanced):
            continue
        meant = all(start <= at <= late for at in event.alone)
        if not meant or sum(at < start for at in event.pairs) < LEAST_PAIRS:
            continue
        found = [op for at in event.alone if (op := _failed(writes, at, innocent)) is not None]
        if found:
            return HalfCounted(event.column, event.made, tuple(dict.fromkeys(found)))
    return None


def _failed(writes: Sequence[Op], at: float, innocent: frozenset[str]) -> Op | None:
    """The failed request that was under way, if no other one may have done it: requests of one
    operation alone failed, and those that succeeded are ``innocent``.
    """
    begun = [op for op in writes if op.sent - CLOCK_SECONDS <= at]
    failed = [op for op in begun if not op.good and at <= op.done + LATE_SECONDS]
    names = {op.name for op in failed}
    done = [op for op in begun if op.good and at <= op.done + CLOCK_SECONDS]
    alone = len(names) == 1 and all(op.name in names | innocent for op in done)
    return max(failed, key=lambda op: op.sent) if alone else None
