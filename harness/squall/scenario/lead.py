"""A step that delays statements so that others meet them under way needs longer at a small load.

80 requests/s   ──delay──────┬─ sessions end
20 requests/s   ──delay──────────────────────┬─ sessions end

A check of the pool is the first statement of a request, and bears its end; and what a request has
done by halves shows only after its first statement. So the lead is twice the delay: half of the
requests that have begun are beyond their first statement.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from squall_faults.wire.delay_statement import DelayStatement

from squall.scenario.step import Step

MOST = 4.0
"""A delay is at most this many times as long: a request has a deadline."""


def with_longer_lead(steps: tuple[Step, ...], times: float) -> tuple[Step, ...]:
    """The steps with a delay and a lead ``times`` as long, at most four times.

    What lasts over the delay's start lasts longer by the same time.
    """
    first = next((one for one in steps if _prepares(one)), None)
    lead = 0.0 if first is None else _lead(first, steps)
    if first is None or first.lasting_seconds >= 2 * lead:
        return steps  # a delay that lasts is a part of the outage, and no preparation
    factor = min(times, MOST)
    more = (factor - 1) * lead
    return tuple(_moved(one, first, more, factor) for one in steps)


def _prepares(step: Step) -> bool:
    """Whether it only delays all statements, so that another step meets them."""
    delays = isinstance(step.fault, DelayStatement) and not step.fault.statement
    return step.may_miss and delays


def _lead(first: Step, steps: Iterable[Step]) -> float:
    """Seconds from the delay to the first step after it; 0 if there is none."""
    return min(
        (one.at_seconds - first.at_seconds for one in steps if _follows(one, first)), default=0.0
    )


def _follows(step: Step, first: Step) -> bool:
    return step.at_seconds > first.at_seconds


def _moved(step: Step, first: Step, more: float, factor: float) -> Step:
    if _follows(step, first):
        return replace(step, at_seconds=step.at_seconds + more)
    longer = replace(step, lasting_seconds=step.lasting_seconds + more)
    if step is first and isinstance(step.fault, DelayStatement):
        slower = replace(step.fault, delay_ms=int(step.fault.delay_ms * factor))
        return replace(longer, fault=slower)
    return longer
