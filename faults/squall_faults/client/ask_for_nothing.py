"""Callers ask for what is not there: old links, crawlers, a client with wrong numbers.

    caller ──GET /items/7──▶ app ──▶ 200
    caller ──GET /items/2000000007──▶ app ──▶ 404, rightly
    caller ──POST {"item_id": 2000000007}──▶ app ──▶ 404, 409 or 422, rightly

A refusal is an answer, and says nothing of the database: whoever asks for what is there must be
served as before. An app whose circuit breaker counts every exception, or whose error path costs a
connection, refuses them, too.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults.catalogue import Effect, register
from squall_faults.errors import InvalidFault
from squall_faults.fault import Bite, Injection
from squall_faults.ports import LoadClient

MOST = 100.0


@register("client.ask_for_nothing", needs=LoadClient, effect=Effect.LOADS)
@dataclass(frozen=True, slots=True, kw_only=True)
class AskForNothing:
    """Send ``times`` as many requests for things that do not exist as planned ones."""

    times: float = 2.0

    def __post_init__(self) -> None:
        """Refuse a number that is not positive."""
        if not 0 < self.times <= MOST:
            raise InvalidFault(f"times must be above 0 and at most {MOST:g}, got {self.times!r}")

    @asynccontextmanager
    async def inject(self, callers: LoadClient) -> AsyncIterator[Injection]:
        """It bites with each of these requests that is answered."""
        before = await callers.asked_for_nothing()

        async def bite() -> Bite:
            return Bite(
                count=await callers.asked_for_nothing() - before, what="requests for nothing"
            )

        try:
            await callers.ask_for_nothing(self.times)
            yield Injection(bite)
        finally:
            await callers.ask_for_nothing(0)
