"""Callers open streams and keep them: browsers with server-sent events, dashboards, chats.

    caller ──GET /events──▶ app        the answer does not end
    caller ◀──data──data── app        what the app holds for it, it holds as long

Streams are normal work. An app whose streams hold a pooled connection each has nothing left for
its other callers once there are as many streams as places in the pool.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.fault import Bite, Injection
from squall_faults.ports import LoadClient


@register("client.hold_streams", needs=LoadClient, effect=Effect.LOADS)
@dataclass(frozen=True, slots=True, kw_only=True)
class HoldStreams:
    """Keep ``streams`` answers without an end open at once, and read what comes on them."""

    streams: int = 40

    def __post_init__(self) -> None:
        """Refuse impossible numbers."""
        validate.whole_number("streams", self.streams, least=1, most=1_000)

    @asynccontextmanager
    async def inject(self, callers: LoadClient) -> AsyncIterator[Injection]:
        """It bites with each stream whose first bytes came; at the heal the callers leave."""
        before = await callers.opened_streams()

        async def bite() -> Bite:
            return Bite(count=await callers.opened_streams() - before, what="streams held open")

        try:
            await callers.hold_streams(self.streams)
            yield Injection(bite)
        finally:
            await callers.hold_streams(0)
