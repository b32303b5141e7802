"""Conflicts that an app also reports without a fault: two clients met, and one may try again.

calm     40 x POST /loans    37 x 201    3 x 409      the load may keep it
         40 x POST /codes     2 x 201   38 x 409      its values are used up: it fails by itself
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from squall.history.op import Op

CONFLICT = 409
MOST = 0.25
"""Share of an operation's answers (RFC 9110, section 15.5.10)."""


def operations_that_conflict(ops: Sequence[Op]) -> frozenset[str]:
    """Operations of which some of these answers are conflicts, and most are not."""
    asked = Counter(op.name for op in ops)
    met = Counter(op.name for op in ops if op.status == CONFLICT)
    return frozenset(name for name, count in met.items() if count <= MOST * asked[name])


def is_well(op: Op, conflict: Collection[str]) -> bool:
    """Whether it is a success, or a conflict of an operation of which some ``conflict`` anyway."""
    return op.good or (op.status == CONFLICT and op.name in conflict)


def not_well(ops: Sequence[Op]) -> list[Op]:
    """Answers without a fault that are neither successes, nor such conflicts."""
    usual = operations_that_conflict(ops)
    return [op for op in ops if not is_well(op, usual)]
