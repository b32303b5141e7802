"""What is sent beside the plan, each kind with numbers of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import repeat

from squall.history.op import FIRST_EXTRA, FIRST_FOR_NOTHING
from squall.workload.client_behaviour import ClientBehaviour
from squall.workload.for_nothing import for_nothing
from squall.workload.operations import Allows, PlannedRequest, requests
from squall.workload.plan import LoadPlan

FIRST_EXTRA_WRITE = 6 * FIRST_EXTRA
"""Writes beyond the plan are numbered from here, behind other requests beyond it."""

Beside = tuple[Iterator[PlannedRequest | None], Callable[[], float]]


def sent_beside(plan: LoadPlan, allows: Allows, told: ClientBehaviour) -> tuple[Beside, ...]:
    """Each kind of requests, and how many times the planned load of them is sent now."""
    return (
        (extra_requests(plan, allows), lambda: told.factor - 1),
        (extra_writes(plan, allows), lambda: told.write_factor - 1),
        (requests_for_nothing(plan), lambda: told.nothing_times),
    )


def extra_requests(plan: LoadPlan, allows: Allows) -> Iterator[PlannedRequest]:
    """Those of more callers than planned."""
    seed = plan.seed + 1
    return requests(plan.operations, seed, plan.run_id, first=FIRST_EXTRA, allows=allows)


def extra_writes(plan: LoadPlan, allows: Allows) -> Iterator[PlannedRequest | None]:
    """The writes of more callers than planned; None for a load that has none."""
    writes = tuple(one for one in plan.operations if one.effect != "read" and not one.after)
    if not writes:
        return repeat(None)
    first = FIRST_EXTRA_WRITE
    return requests(writes, plan.seed + 4, plan.run_id, first=first, allows=allows)


def requests_for_nothing(plan: LoadPlan) -> Iterator[PlannedRequest | None]:
    """Those for things that do not exist; None for a request that names none."""
    seed, first = plan.seed + 2, FIRST_FOR_NOTHING
    planned = requests(plan.operations, seed, plan.run_id, first=first)
    return (for_nothing(request, request.id - first) for request in planned)
