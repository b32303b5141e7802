"""Distinguish a pool that has filled from leaked sessions after an outage.

    sessions  ■■■■■■■■■■■■■■■■      more than before the fault: a pool that filled, or a leak?
    probe     more requests at once than there are sessions, and every statement is slow
    pool      ■■■■■■■■■■■■■■■■      each session is used
    leak      ■■■■■□□□□□□□□□□□      requests wait, and these stay unused
    computing ■■■■■□□□□□□□□□□□      the same, but requests wait for a processor: it proves nothing

A pool opens a session when all others are in use, and keeps it. So a number alone proves nothing; a
session that stays unused while requests wait is a leak.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace

from squall_faults import DelayStatement, FaultError, FaultUnavailable, within

from squall.core import events
from squall.core.clock import Clock
from squall.core.ids import lab_id
from squall.history.evidence import Contract
from squall.lab import cpu_time
from squall.lab.lab import Lab
from squall.lab.observer import Observer
from squall.workload.plan import LEAD_SECONDS, LoadPlan

ALLOWANCE = 5
"""Up to this many sessions more than before, no probe is made."""
MARGIN = 10
"""Number of requests in excess of the sessions."""
MAX_REQUESTS = 150
BURST_SECONDS = 0.2
DELAY_MS = 250
"""Longer than the burst, so that no session becomes free before the last request has arrived."""
COMPUTING_SHARE = 0.7
"""Of the probe's time. An app that hashes a password for each request gets few of them to work at
once; one whose requests wait for a session is idle.
"""
HELD_SECONDS = 0.3
"""Seconds from the last request to the count of the sessions."""
LOOKS, LOOK_AGAIN_SECONDS = 8, 0.1
"""On a busy machine a statement may reach its session late; one that is leaked stays unused."""


def needs_probe(happened: Sequence[events.Event], contract: Contract) -> bool:
    """Whether the idle app has more sessions than before the fault and than declared."""
    samples = [event for event in happened if isinstance(event, events.BackendsSampled)]
    fault = min((e.at for e in happened if isinstance(e, events.FaultInjected)), default=None)
    before = [sample.total for sample in samples if fault is not None and sample.at < fault]
    if not before or samples[-1].active or samples[-1].idle_in_transaction:
        return False
    return samples[-1].total > max(max(before) + ALLOWANCE, contract.most_sessions or 0)


async def probe_capacity(lab: Lab, clock: Clock, plan: LoadPlan, log: events.Listener) -> None:
    """Send a burst of reads (of all operations if there are none), and count the sessions."""
    begun = await lab.observer.server_time()
    sample = await lab.observer.sample()
    if begun is None or sample is None:
        return
    requests = min(MAX_REQUESTS, sample.total + MARGIN)
    async with AsyncExitStack() as stack:
        await slow_down(lab, stack)
        ran = await send_burst(lab, clock, burst_plan(plan, requests))
        counted = await count_unused(lab.observer, clock, begun)
    await lab.workload.stop(clock.now())
    if counted is not None:
        total, unused = counted
        now = clock.now()
        log(events.CapacityProbed(
            at=now, requests=requests, sessions=total, unused=unused, computing=is_computing(ran)
        ))  # fmt: skip


async def send_burst(lab: Lab, clock: Clock, burst: LoadPlan) -> float:
    """Start a burst, wait until all of it has come as far as the sessions, and return the seconds
    for which the app used a CPU meanwhile.
    """
    start = clock.now() + LEAD_SECONDS
    await lab.workload.start(replace(burst, start_at=start))
    ran = cpu_time.used(lab.app.pids())
    await clock.sleep(start + BURST_SECONDS + HELD_SECONDS - clock.now())
    return cpu_time.used(lab.app.pids()) - ran


def is_computing(cpu_seconds: float) -> bool:
    """Whether an app that used so much CPU in a burst had no time for its sessions."""
    return cpu_seconds > COMPUTING_SHARE * (BURST_SECONDS + HELD_SECONDS)


async def count_unused(observer: Observer, clock: Clock, since: object) -> tuple[int, int] | None:
    """The app's sessions, and those that were not used since then, also when one waits for it."""
    counted = await observer.unused_sessions(since)
    for _ in range(LOOKS):
        if counted is None or counted[1] <= ALLOWANCE:
            break
        await clock.sleep(LOOK_AGAIN_SECONDS)
        counted = await observer.unused_sessions(since)
    return counted


def burst_plan(plan: LoadPlan, requests: int) -> LoadPlan:
    """Reads (all operations if there are none), evenly within ``BURST_SECONDS``."""
    reads = tuple(one for one in plan.operations if one.effect == "read")
    return replace(
        plan,
        operations=reads or plan.operations,
        rate_per_second=requests / BURST_SECONDS,
        arrivals="constant",
        run_id=lab_id(),
        max_seconds=BURST_SECONDS,
    )


async def slow_down(lab: Lab, stack: AsyncExitStack) -> bool:
    """Delay each statement. False if the engine cannot do so; then the burst alone must suffice."""
    fault = DelayStatement(delay_ms=DELAY_MS)
    try:
        await stack.enter_async_context(within(fault, lab.port_for(fault)))
    except (FaultUnavailable, FaultError):
        return False
    return True
