"""The upstream's answer begins at once, and its body comes in small pieces.

    app ◀──200── stand-in ; a piece ; pause ; a piece ; pause ; …

A time-out for each read never fires, because every read gets something: only a limit on the whole
request ends the wait.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.fault import Injection
from squall_faults.ports import UpstreamServer
from squall_faults.upstream.on_requests import OnRequests


@register("upstream.slow_body", needs=UpstreamServer, effect=Effect.SLOWS)
@dataclass(frozen=True, slots=True, kw_only=True)
class SlowBody(OnRequests):
    """Let the body of the answers to matching requests take ``body_ms`` milliseconds."""

    body_ms: int
    """Divided among at most 20 pieces of the body."""

    def __post_init__(self) -> None:
        """Refuse values that make no such fault."""
        validate.whole_number("body_ms", self.body_ms, least=1, most=600_000)
        self.check_requests()

    @asynccontextmanager
    async def inject(self, upstream: UpstreamServer) -> AsyncIterator[Injection]:
        """It bites with each body that is slowed down; heal sends the rest at once."""
        async with self.armed(
            upstream, "slow_body", body_ms=self.body_ms, bites="bodies slowed down"
        ) as injection:
            yield injection
