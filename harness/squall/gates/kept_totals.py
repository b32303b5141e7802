"""Totals that nobody declared: what each request took from some rows it gave to others.

    before   POST /transfers   account 1: -10, account 2: +10     whenever no write is under way,
                                                                  the moves add up to nothing
    during   POST /transfers   account 1: -10                     503: half of it is done

A column is such a total if, before the fault, several groups of requests that were under way
together each moved numbers between rows, and the moves of each group add up to nothing. A mark that
a request sets and takes away again moves nothing between rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby

from squall.core.events import NumbersMoved
from squall.history.evidence import Evidence
from squall.history.op import Op

LEAST_GROUPS = 5
TINY = 1e-6
"""Moves are shares of the largest one: what differs less is rounding."""


def moved_totals(evidence: Evidence) -> tuple[dict[str, float], int]:
    """Totals that are another one after the run, each with what is missing as a share of the
    largest move; and how many totals there are.
    """
    start = evidence.first_injected
    found = [event for event in evidence.events if isinstance(event, NumbersMoved)]
    if start is None or not found:
        return {}, 0
    ends = _ends_of_groups(evidence.ops, start)
    kept = [event for event in found if _is_kept(event, ends)]
    totals = {event.column: sum(event.moves) for event in kept}
    return {column: left for column, left in totals.items() if abs(left) > TINY}, len(kept)


def _ends_of_groups(ops: Iterable[Op], start: float) -> list[float]:
    """When the last of each group of writes that overlap was answered, before ``start``."""
    ends: list[float] = []
    for op in sorted((op for op in ops if op.effect != "read"), key=lambda op: op.sent):
        if op.sent >= start:
            break
        if ends and op.sent <= ends[-1]:
            ends[-1] = max(ends[-1], op.done)
        else:
            ends.append(op.done)
    return [end for end in ends if end < start]


def _is_kept(event: NumbersMoved, ends: Sequence[float]) -> bool:
    moves = zip(event.commits, event.rows, event.moves, strict=True)
    calm = [
        (group, row, by)
        for at, row, by in moves
        if (group := next((place for place, end in enumerate(ends) if at <= end), None)) is not None
    ]
    between = 0
    for _, members in groupby(sorted(calm), key=lambda move: move[0]):
        net: defaultdict[int, float] = defaultdict(float)
        for _, row, by in members:
            net[row] += by
        if abs(sum(net.values())) > TINY:
            return False
        between += sum(abs(by) > TINY for by in net.values()) > 1
    return between >= LEAST_GROUPS
