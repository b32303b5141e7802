"""Count the places of the app's pool: how many requests at once reach the database.

a burst of reads, every statement slow     60 requests
sessions that work                         15: the places
requests that wait, or are refused         45: so 15 is a bound, and not the demand

Some apps answer those for whom there is no place with a marked copy of an earlier answer. They have
found none either, unless such copies are usual.

An app that the burst jams, as threads do that wait for places while others need threads to give
theirs back, is started again, and not counted: no outage would find it well.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace

from squall.core import events
from squall.core.clock import Clock
from squall.history.op import Op
from squall.lab.capacity import ALLOWANCE, burst_plan, is_computing, send_burst, slow_down
from squall.lab.lab import Lab
from squall.workload.plan import LoadPlan

REQUESTS = 60
TRIES = 4
"""Counts after an outage that are no better than those before them, while there are fewer places
than before: connections that an outage has cut are opened again by the first burst.
"""
MOST_COUNTS = 10
"""Places may come back one by one, each for some work that succeeded: the burst is such work."""
LEAST_SHARE = 0.05
"""Of the places before: a better count has as many more."""
REFUSED = 503
RATE_LIMITED = 429
JAMMED_SHARE = 0.5
"""Of the burst, without an answer."""


class PlacesProbe:
    """The counts of one run. The count before is made once for a lab: it follows from the app's
    configuration.
    """

    def __init__(self, lab: Lab, clock: Clock, log: events.Listener) -> None:
        self._lab = lab
        self._clock = clock
        self._log = log

    async def look_before(self, plan: LoadPlan) -> None:
        """Publish the places of the app before the load, of the better of two counts."""
        if self._lab.calm.places is None and not self._lab.calm.jams:
            self._lab.calm.places = await self._count_twice(plan)
        if self._lab.calm.places is not None:
            self._log(replace(self._lab.calm.places, at=self._clock.now()))  # an event of this run

    async def _count_twice(self, plan: LoadPlan) -> events.PlacesCounted | None:
        """The better of two counts; none of an app that the burst jams."""
        known = []
        for _ in range(2):
            if (counted := await self._count(plan, "before")) is not None:
                known.append(counted)
            if self._lab.calm.jams:
                await self._start_app_again()
                return None
        return max(known, key=lambda each: each.places, default=None)

    async def _start_app_again(self) -> None:
        if self._lab.profile.contract.process_known:
            await self._lab.app.crash()
            await self._lab.app.revive()
            await self._lab.ensure_app()

    async def look_after(self, plan: LoadPlan) -> None:
        """Publish the places after the load; the best count, if some were lost at first."""
        before = self._lab.calm.places
        if before is None or before.waiting + before.copies <= 0:
            return
        best = await self._best_count(plan, before.places)
        if best is not None and best.unused > before.unused + ALLOWANCE:
            # They may belong to a pool for writes.
            again = await self._count(plan, "after", writes=True)
            best = best if again is None else replace(best, unused=min(best.unused, again.unused))
        if best is not None:
            self._log(best)

    async def _best_count(self, plan: LoadPlan, wanted: int) -> events.PlacesCounted | None:
        """The best of several counts: the first with ``wanted`` places, or the last as long as they
        come back.
        """
        best, in_vain = None, 0
        for _ in range(MOST_COUNTS):
            counted = await self._count(plan, "after")
            known = 0 if best is None else best.places
            in_vain += 1
            if counted is not None and (best is None or counted.places > known):
                in_vain = 0 if counted.places - known >= LEAST_SHARE * wanted else in_vain
                best = counted
            if in_vain >= TRIES or (best is not None and best.places >= wanted):
                break
        return best

    async def _count(
        self, plan: LoadPlan, moment: str, *, writes: bool = False
    ) -> events.PlacesCounted | None:
        begun = await self._lab.observer.server_time()
        if begun is None:
            return None
        async with AsyncExitStack() as stack:
            if not await slow_down(self._lab, stack):
                return None  # quick statements share a place, so that nothing can be counted
            burst = burst_plan(plan, REQUESTS)
            if writes:
                burst = replace(burst, operations=plan.operations)
            ran = await send_burst(self._lab, self._clock, burst)
            counted = await self._lab.observer.unused_sessions(begun)
            now = self._clock.now()
        report = await self._lab.workload.stop(self._clock.now())
        self._lab.calm.jams |= moment == "before" and is_jammed(report.ops)
        if counted is None or any(op.status == RATE_LIMITED for op in report.ops):
            return None  # a rate limit refuses what a pool would serve
        places = counted[0] - counted[1]
        waiting = count_unserved(report.ops, now) - places
        copies = sum(op.good and op.copy and op.done <= now for op in report.ops)
        unused = 0 if is_computing(ran) else counted[1]
        return events.PlacesCounted(
            at=now, moment=moment, requests=len(report.ops), places=places, waiting=waiting,
            unused=unused, copies=copies,
        )  # fmt: skip


def is_jammed(ops: Sequence[Op]) -> bool:
    """Whether most of a burst got no answer at all, though nothing was slow any more."""
    return sum(op.status is None for op in ops) > JAMMED_SHARE * len(ops)


def count_unserved(ops: Sequence[Op], now: float) -> int:
    """Requests that had no answer at ``now``, or that were refused because of too many others."""
    return sum(op.sent <= now and (op.done > now or op.status == REFUSED) for op in ops)
