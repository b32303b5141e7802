"""Callers hang up in the middle of a request: impatient people, a gateway with a short time-out.

    caller ──request──▶ app ──statement──▶ database
    caller ──FIN──▶ app                              after_ms later: no client waits for the answer

The app may finish or give up, but it must give its connection back either way, and a write that
was under way must not stay half done.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.fault import Bite, Injection
from squall_faults.ports import LoadClient


@register("client.disconnect", needs=LoadClient, effect=Effect.LEAVES)
@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnect:
    """Let a ``share`` of callers hang up ``after_ms`` after sending, when unanswered by then."""

    share: float = 0.5
    after_ms: int = 2

    def __post_init__(self) -> None:
        """Refuse impossible shares and times."""
        validate.share("share", self.share)
        validate.whole_number("after_ms", self.after_ms, least=0, most=60_000)

    @asynccontextmanager
    async def inject(self, callers: LoadClient) -> AsyncIterator[Injection]:
        """It bites with each call cut short; which callers hang up is drawn from the seed."""
        before = await callers.cancelled_requests()

        async def bite() -> Bite:
            return Bite(count=await callers.cancelled_requests() - before, what="calls cut short")

        try:
            await callers.hang_up(self.share, self.after_ms / 1000)
            yield Injection(bite)
        finally:
            await callers.hang_up(0, 0)
