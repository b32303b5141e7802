"""What the answers of a round of load say: is the app calm, and which operations are of no use."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from squall.history.coverage import Coverage
from squall.history.op import Op
from squall.lab.left_out import with_followers
from squall.lab.trial import RATE_LIMITED
from squall.workload.operations import Operation

CALM_P95_SECONDS = 0.25
"""Slightly below the limit of the gate ``steady-state``."""

SLOWER = 3.0
"""Limit for operations that are slow by nature, as a multiple of their time without load."""

LATE_SHARE = 0.05
BAD_SHARE = 0.2
MIN_ASKED = 3


def calm(ops: Sequence[Op], coverage: Coverage) -> bool:
    """Whether the answers are as fast as the usual p95, or as each operation without load."""
    usual = {one.name: one.median_seconds or 0.0 for one in coverage.operations}
    late = [op for op in ops if op.response_seconds > _limit(usual.get(op.name, 0.0))]
    return len(late) <= max(1.0, LATE_SHARE * len(ops))


def _limit(usual: float) -> float:
    return max(CALM_P95_SECONDS, SLOWER * usual)


def failing(
    operations: Sequence[Operation], ops: Sequence[Op], why: Callable[[Sequence[Op]], str]
) -> dict[str, str]:
    """Operations that the load cannot use, with the reasons, and the operations that follow
    them.
    """
    found: dict[str, str] = {}
    for operation in operations:
        if reason := why([op for op in ops if op.name == operation.name]):
            found[operation.name] = reason
    return with_followers(found, operations)


def fails(ops: Sequence[Op]) -> str:
    """Why an operation fails by itself; empty if it does not."""
    broken = [op for op in ops if op.is_servers_error]
    if len(ops) < MIN_ASKED or len(broken) <= BAD_SHARE * len(ops):
        return ""
    first = broken[0].status or broken[0].error
    return f"fails without a fault: {len(broken)} of {len(ops)} answers under load: {first}"


def is_refused(ops: Sequence[Op]) -> str:
    """Why an operation is refused by itself; empty if it is not."""
    refused = [op for op in ops if op.status in range(400, 500) and op.status != RATE_LIMITED]
    if len(ops) < MIN_ASKED or len(refused) <= BAD_SHARE * len(ops):
        return ""
    return f"{refused[0].status} without a fault, for {len(refused)} of {len(ops)} under load"
