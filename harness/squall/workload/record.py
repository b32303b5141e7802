"""The record of one request that has ended."""

from __future__ import annotations

import time

from squall.history.op import Op
from squall.workload.attempts import noted_of
from squall.workload.http_exchange import Answer
from squall.workload.operations import PlannedRequest, outcome_of
from squall.workload.plan import LoadPlan

BODY_KEPT = 2_000


def record_of(
    request: PlannedRequest,
    answer: Answer | None,
    error: str,
    times: tuple[float, float],
    plan: LoadPlan,
) -> Op:
    """The operation, done now. ``times``: when it was intended, and sent."""
    status = None if answer is None else answer.status
    bad = answer is not None and not answer.ok
    failed = None if answer is not None else error
    return Op(
        id=request.id,
        name=request.operation.name,
        effect=request.operation.effect,
        key=request.key,
        intended=times[0],
        sent=times[1],
        done=time.monotonic(),
        outcome=outcome_of(status, failed, plan.refused_statuses),
        status=status,
        error=failed,
        body=answer.text[:BODY_KEPT] if answer is not None and bad else "",
        request=f"{request.operation.method} {request.path}",
        **noted_of(request, answer, plan.run_id),
    )
