"""Many more callers than planned, at once: a campaign, a cold cache, everybody's retry.

    load ▁▁▁▁████▁▁▁▁      ``factor`` times the planned rate

A service that queues without a bound answers everybody too late; one that sheds answers as many as
it can, in time, and tells the others when to come back.

With ``writes`` they all write: a sale begins. Requests that hold one connection and wait for a
second one then wait for each other.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults.catalogue import Effect, register
from squall_faults.errors import InvalidFault
from squall_faults.fault import Bite, Injection
from squall_faults.ports import LoadClient

MOST = 100


@register("client.load_spike", needs=LoadClient, effect=Effect.LOADS)
@dataclass(frozen=True, slots=True, kw_only=True)
class LoadSpike:
    """Offer ``factor`` times the planned load until healed."""

    factor: float = 5.0
    writes: bool = False
    """Whether all that is beyond the plan is writes."""

    def __post_init__(self) -> None:
        """Refuse what is not a spike."""
        factor = self.factor
        if isinstance(factor, bool) or not isinstance(factor, (int, float)):
            raise InvalidFault(f"factor must be a number, got {factor!r}")
        if not 1 < factor <= MOST:
            raise InvalidFault(f"factor must be more than 1 and at most {MOST}, got {factor!r}")

    @asynccontextmanager
    async def inject(self, callers: LoadClient) -> AsyncIterator[Injection]:
        """It bites with each call beyond the plan."""
        before = await callers.extra()

        async def bite() -> Bite:
            return Bite(count=await callers.extra() - before, what="calls beyond the plan")

        try:
            await callers.multiply(float(self.factor), writes=self.writes)
            yield Injection(bite)
        finally:
            await callers.multiply(1)
