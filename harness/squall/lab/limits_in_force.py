"""Whether requests run under a time limit that another request has lowered for itself.

    request A, 0.1 s left    SET statement_timeout = 100    its session goes back to the pool
    request B, 1 s left      SELECT …                       cancelled after 100 ms, in spite of that

An app may keep account of what its sessions have, and set the limit again before the next statement
that has more time. So a limit that stays proves nothing. After the load each session serves one
read that has all of its time; a limit that is there afterwards was in force for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack

from squall.core import events
from squall.core.clock import Clock
from squall.core.setting_kinds import LIMITS, setting_of
from squall.lab.capacity import MAX_REQUESTS, burst_plan, send_burst, slow_down
from squall.lab.lab import Lab
from squall.workload.plan import LoadPlan


def limits_stay(happened: Sequence[events.Event]) -> bool:
    """Whether sessions of the idle app have other time limits than before the load."""
    rests = {each.moment: each for each in happened if isinstance(each, events.RestSampled)}
    if len(rests) < 2:  # noqa: PLR2004 - before and after
        return False
    usual = set(rests["before"].settings)
    return any(
        setting_of(entry) in LIMITS and entry not in usual for entry in rests["after"].settings
    )


async def use_each_session(lab: Lab, clock: Clock, plan: LoadPlan, log: events.Listener) -> None:
    """Let as many reads run at once as there are sessions, and publish the limits after them."""
    begun = await lab.observer.server_time()
    sample = await lab.observer.sample()
    if begun is None or sample is None or not sample.total:
        return
    async with AsyncExitStack() as stack:
        await slow_down(lab, stack)
        await send_burst(lab, clock, burst_plan(plan, min(MAX_REQUESTS, sample.total)))
    report = await lab.workload.stop(clock.now())
    counted = await lab.observer.unused_sessions(begun)
    if counted is None:
        return
    found = (await lab.database_traffic()).settings
    log(events.LimitsInForce(
        at=clock.now(),
        requests=len(report.ops),
        slowest_seconds=round(max((op.done - op.sent for op in report.ops), default=0.0), 3),
        unused=counted[1],
        limits={entry: on for entry, on in found.items() if setting_of(entry) in LIMITS},
    ))  # fmt: skip
