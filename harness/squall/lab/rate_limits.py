"""Operations that the app answers with 429: they are sent only as often as it allows."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from squall.history.coverage import Coverage
from squall.history.op import Op
from squall.lab.trial import RATE_LIMITED, TRIES, allowed_interval
from squall.workload.operations import Operation


def is_limited(ops: Sequence[Op]) -> bool:
    """Whether one of the answers is 429."""
    return any(op.status == RATE_LIMITED for op in ops)


def slow_down_limited(
    operations: tuple[Operation, ...], coverage: Coverage, ops: Sequence[Op]
) -> tuple[tuple[Operation, ...], Coverage]:
    """Send operations that answer 429 only as often as the app allows."""
    kept: list[Operation] = []
    notes: dict[str, str] = {}
    for operation in operations:
        mine = sorted((op for op in ops if op.name == operation.name), key=lambda op: op.id)
        limited = [number for number, op in enumerate(mine) if op.status == RATE_LIMITED]
        slower = operation
        if limited:
            first = limited[0]
            slower, notes[operation.name] = _slowed(operation, mine[first], first + TRIES)
        kept.append(slower)
    return tuple(kept), _noted(coverage, notes)


def _noted(coverage: Coverage, notes: Mapping[str, str]) -> Coverage:
    profiles = tuple(
        dataclasses.replace(one, note=notes[one.name]) if one.name in notes else one
        for one in coverage.operations
    )
    return dataclasses.replace(coverage, operations=profiles)


def _slowed(operation: Operation, op: Op, allowed: int) -> tuple[Operation, str]:
    headers = {"retry-after": op.retry_after or ""}
    interval = max(allowed_interval(headers, allowed), operation.least_interval_seconds)
    window = interval * allowed / 1.2
    slower = dataclasses.replace(
        operation, least_interval_seconds=interval, not_before=op.done + window
    )
    note = f"rate-limited: 429 after {allowed} requests; requested every {interval:.0f} s"
    return slower, note
