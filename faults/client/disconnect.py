"""Callers hang up in the middle of a request: impatient people, a gateway with a short time-out.

    caller ──request──▶ app ──statement──▶ database
    caller ──FIN──▶ app                              after_ms later: nobody waits for the answer

The app may finish or give up, but it must give its connection back either way, and a write that
was under way must not stay half done.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from faults import checks
from faults.catalogue import catalogued
from faults.fault import Bite, Injection
from faults.ports import Callers


@catalogued("client.disconnect", needs=Callers, colour="#0369a1")
@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnect:
    """Let a ``share`` of callers hang up ``after_ms`` after sending, when unanswered by then."""

    share: float = 0.5
    after_ms: int = 2

    def __post_init__(self) -> None:
        """Refuse impossible shares and times."""
        checks.share("share", self.share)
        checks.whole_number("after_ms", self.after_ms, least=0, most=60_000)

    @asynccontextmanager
    async def inject(self, callers: Callers) -> AsyncIterator[Injection]:
        """It bites with each call cut short; which callers hang up is drawn from the seed."""
        before = await callers.cut_short()

        async def bite() -> Bite:
            return Bite(count=await callers.cut_short() - before, what="calls cut short")

        try:
            await callers.hang_up(self.share, self.after_ms / 1000)
            yield Injection(bite)
        finally:
            await callers.hang_up(0, 0)
