"""Numbers in rows that requests count up and down: what is under way, or how many places are taken.

    in calm          UPDATE exports SET running = running + 1 … - 1      0 whenever nothing runs
    in the outage    the client leaves, and nobody counts down           5, and nothing runs

Learned from the calm: a number that is not back when nothing is under way, such as that of likes,
is none of these.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from squall.core.events import NumbersMoved
from squall.history.evidence import Evidence
from squall.history.op import Op

LEAST_RETURNS = 6
"""Times that a number must have been counted up, and was back when nothing was under way."""
LEAST_LEFT = 2
"""One alone may be counted down a moment after the end."""
SETTLED_SECONDS = 0.01
"""From the last answer of a group; what is counted down later is counted by somebody else."""
TINY = 1e-6
"""Moves are shares of the largest one."""


def counts_not_returned(evidence: Evidence) -> dict[str, int]:
    """By how much each such number is higher at the end, by column."""
    start = evidence.first_injected
    moved = [event for event in evidence.events if isinstance(event, NumbersMoved)]
    if start is None or not moved:
        return {}
    quiet = _quiet_moments(evidence.ops, start)
    left = {event.column: round(sum(event.moves)) for event in moved if _returns(event, quiet)}
    return {column: number for column, number in left.items() if number >= LEAST_LEFT}


def _quiet_moments(ops: Iterable[Op], start: float) -> list[float]:
    """Moments before ``start`` at which no request was under way, one after each group of them."""
    moments: list[float] = []
    ends = 0.0
    for op in sorted(ops, key=lambda op: op.sent):
        if op.sent >= start:
            break
        if ends and op.sent > ends + SETTLED_SECONDS:
            moments.append(ends + SETTLED_SECONDS)
        ends = max(ends, op.done)
    return moments


def _returns(event: NumbersMoved, quiet: Sequence[float]) -> bool:
    """Whether steps of one size go up and down, and it was back at each quiet moment."""
    if any(abs(abs(by) - 1) > TINY for by in event.moves):
        return False
    returns = 0
    for earlier, later in pairwise([-1.0, *quiet]):
        if abs(sum(_until(event, later))) > TINY:
            return False
        returns += len(_until(event, later)) > len(_until(event, earlier))
    return returns >= LEAST_RETURNS


def _until(event: NumbersMoved, moment: float) -> list[float]:
    pairs = zip(event.commits, event.moves, strict=True)
    return [by for at, by in pairs if at <= moment]
