"""Requests of which the calm before a fault shows too few are sent before the load, one by one.

    40 requests/s, 30 operations      a second of calm has one or two POST /notes and GET /tags
    before the load of the first run  8 x POST /notes ──▶ each made one row with its key
                                     12 x GET /tags   ──▶ each was a list, with status 200

What a request makes without a fault, and how it is answered, is learned from them, so that an app
of many operations is judged as one of few.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence

import aiohttp

from squall.core import events
from squall.core.clock import Clock
from squall.core.events import (
    BatchStored,
    FamilyCommitted,
    NumbersCounted,
    NumberTold,
    RowFollowed,
    TransactionCommitted,
)
from squall.history.evidence import CalmWrites
from squall.history.op import Op
from squall.lab.committed import CommitRecorder
from squall.lab.lab import Lab
from squall.lab.trial import RATE_LIMITED
from squall.workload.attempts import classify_error
from squall.workload.http_exchange import Answer, client_session
from squall.workload.operations import WEBSOCKET, Operation, PlannedRequest, requests
from squall.workload.plan import LoadPlan
from squall.workload.record import record_of
from squall.workload.send_planned import send_planned

TIMES = 8
"""Of each write: a few more than are needed, for one may fail by its values."""
READS = 12
"""Of each read, as many as gates need, and two more."""
MOST_SECONDS = 3.0
READ_SECONDS = 1.5
REQUEST_SECONDS = 1.0
FIRST = 80_000_000
FIRST_LATER = 85_000_000
STRIDE = 16


class WritesInCalm:
    """Sends them once for a lab."""

    def __init__(self, lab: Lab, clock: Clock) -> None:
        self._lab = lab
        self._clock = clock

    async def look_before(self, plan: LoadPlan, calm_seconds: float) -> None:
        """Send them before the first load of the lab; ``calm_seconds`` is the time before the
        fault.
        """
        if self._lab.calm.writes is None:
            rare = list(_rare(plan, calm_seconds))
            self._lab.calm.writes = await self._sent(plan, rare) if rare else CalmWrites()

    async def _sent(self, plan: LoadPlan, rare: Sequence[Operation]) -> CalmWrites:
        """Some reads before the writes, since what an empty table shows is usual, too; and the
        others after them, when a worker has something to do.
        """
        writes = [operation for operation in rare if operation.effect != "read"]
        reads = [operation for operation in rare if operation.effect == "read"]
        seen: list[events.Event] = []
        recorder = CommitRecorder(self._lab, self._clock, seen.append)
        if writes:
            await recorder.begin()
        first = await _send(plan, reads, 1, READ_SECONDS)
        ops = await _send(plan, writes, TIMES, MOST_SECONDS)
        later = await _send(plan, reads, READS - 1, READ_SECONDS, FIRST_LATER)
        if writes:
            await recorder.read(plan.run_id, ops)
        return CalmWrites(
            ops=tuple(ops),
            reads=(*first, *later),
            commits=tuple(one for one in seen if isinstance(one, TransactionCommitted)),
            families=tuple(one for one in seen if isinstance(one, FamilyCommitted)),
            followed=tuple(one for one in seen if isinstance(one, RowFollowed)),
            counted=tuple(one for one in seen if isinstance(one, NumbersCounted)),
            batches=tuple(one for one in seen if isinstance(one, BatchStored)),
            told=tuple(one for one in seen if isinstance(one, NumberTold)),
        )


def _rare(plan: LoadPlan, calm_seconds: float) -> Iterator[Operation]:
    """Those that the calm has less than twice as often as is needed, and that may be sent now."""
    drawn = [operation for operation in plan.operations if not operation.after]
    total = sum(operation.weight for operation in drawn)
    for operation in drawn:
        expected = plan.rate_per_second * calm_seconds * operation.weight / total
        needed = READS if operation.effect == "read" else TIMES
        limited = operation.least_interval_seconds or operation.streams
        if expected < 2 * needed and not limited and operation.method != WEBSOCKET:
            yield operation


async def _send(
    plan: LoadPlan, operations: Sequence[Operation], times: int, seconds: float, first: int = FIRST
) -> list[Op]:
    """One of each kind after the other, until there are enough, or one too many."""
    ends = time.monotonic() + seconds
    ops: list[Op] = []
    drawn = {
        operation.name: requests((operation,), plan.seed + 5, plan.run_id, first=first + n * STRIDE)
        for n, operation in enumerate(operations)
    }
    if not operations:
        return ops
    async with client_session(REQUEST_SECONDS, fresh=True, route=plan.route) as session:
        for _ in range(times):
            for source in drawn.values():
                ops.append(await _one(session, plan, next(source)))
                if time.monotonic() > ends or ops[-1].status == RATE_LIMITED:
                    return ops  # what is left of a limit belongs to the load
    return ops


async def _one(session: aiohttp.ClientSession, plan: LoadPlan, request: PlannedRequest) -> Op:
    sent = time.monotonic()
    answer: Answer | None = None
    error = "timeout"
    try:
        async with asyncio.timeout(REQUEST_SECONDS):
            answer = await send_planned(session, plan.base_url, request)
    except (aiohttp.ClientError, OSError, ValueError) as failure:
        error = classify_error(failure)
    return record_of(request, answer, error, (sent, sent), plan)
