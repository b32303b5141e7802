"""Callers stop in the middle of a request: lost mobile connections, slow uploads, slowloris.

    caller ──POST /orders  {"item": 7, ──▶ app        the rest does not come
                                                      what the app holds for it, it holds as long

A request without its body needs no database. An app that takes a connection or a place for it, as a
session or a limit in a middleware does, has nothing left for its other callers.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.fault import Bite, Injection
from squall_faults.ports import LoadClient


@register("client.hold_bodies", needs=LoadClient, effect=Effect.LOADS)
@dataclass(frozen=True, slots=True, kw_only=True)
class HoldBodies:
    """Keep ``requests`` writes open at once of whose body half was sent."""

    requests: int = 40

    def __post_init__(self) -> None:
        """Refuse impossible numbers."""
        validate.whole_number("requests", self.requests, least=1, most=1_000)

    @asynccontextmanager
    async def inject(self, callers: LoadClient) -> AsyncIterator[Injection]:
        """It bites with each request whose first half was sent; at the heal the callers leave."""
        before = await callers.opened_streams()

        async def bite() -> Bite:
            return Bite(count=await callers.opened_streams() - before, what="requests held")

        try:
            await callers.hold_bodies(self.requests)
            yield Injection(bite)
        finally:
            await callers.hold_bodies(0)
