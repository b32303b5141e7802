"""What is sent beside the plan, each kind with numbers of its own."""

from __future__ import annotations

from collections.abc import Iterator

from squall.history.op import FIRST_EXTRA, FIRST_FOR_NOTHING
from squall.workload.for_nothing import for_nothing
from squall.workload.operations import Allows, PlannedRequest, requests
from squall.workload.plan import LoadPlan


def extra_requests(plan: LoadPlan, allows: Allows) -> Iterator[PlannedRequest]:
    """Those of more callers than planned."""
    seed = plan.seed + 1
    return requests(plan.operations, seed, plan.run_id, first=FIRST_EXTRA, allows=allows)


def requests_for_nothing(plan: LoadPlan) -> Iterator[PlannedRequest | None]:
    """Those for things that do not exist; None for a request that names none."""
    seed, first = plan.seed + 2, FIRST_FOR_NOTHING
    planned = requests(plan.operations, seed, plan.run_id, first=first)
    return (for_nothing(request, request.id - first) for request in planned)
