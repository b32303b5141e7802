"""The share of the load that each operation gets."""

from __future__ import annotations

import dataclasses

from squall.history.coverage import Coverage
from squall.workload.operations import Operation

DATABASE_SHARE = 9
"""Share of requests that touch the database; the others dilute the effect of a fault."""


def weigh(operations: list[Operation], coverage: Coverage) -> list[Operation]:
    """Give nine of ten requests to operations that touch the database, if that is known."""
    operations = [_lighter(one, coverage) for one in operations]
    touching = {one.name for one in coverage.operations if one.asked and one.touches_database}
    others = sum(one.name not in touching for one in operations)
    if not touching or not others:
        return operations
    there = len(operations) - others
    return [
        dataclasses.replace(
            one, weight=one.weight * (DATABASE_SHARE * others if one.name in touching else there)
        )
        for one in operations
    ]


SLOW_SECONDS = 0.2
"""From this duration on an operation is slow by nature, such as one that hashes a password."""

FINE = 10
"""Weight of an operation that is not slow, if there are slow ones. Those get less, never
nothing.
"""


def _slow(coverage: Coverage) -> dict[str, float]:
    return {
        one.name: one.median_seconds
        for one in coverage.operations
        if one.asked and (one.median_seconds or 0.0) > SLOW_SECONDS and one.median_seconds
    }


def _lighter(operation: Operation, coverage: Coverage) -> Operation:
    """An operation that takes ten times as long is sent a tenth as often."""
    slow = _slow(coverage)
    if not slow:
        return operation
    seconds = slow.get(operation.name, 0.0)
    weight = max(1, round(FINE * SLOW_SECONDS / 2 / seconds)) if seconds else FINE
    return dataclasses.replace(operation, weight=weight)
