"""The upstream is slow to take a new connection, as a server is whose queue of them is full.

    app ──connect, GET──▶ ▐ delay_ms ▌ ──▶ stand-in

Idle connections are closed first, so that clients must connect. The kernel and the proxy accept on
the server's behalf: to the client the connection is open and nothing comes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.errors import InvalidFault
from squall_faults.fault import Injection
from squall_faults.ports import UpstreamServer
from squall_faults.upstream.on_requests import OnRequests


@register("upstream.slow_accept", needs=UpstreamServer, effect=Effect.SLOWS)
@dataclass(frozen=True, slots=True, kw_only=True)
class SlowAccept(OnRequests):
    """Serve new connections ``delay_ms`` milliseconds late; it counts connections, not requests."""

    delay_ms: int

    def __post_init__(self) -> None:
        """Refuse values that make no such fault."""
        validate.whole_number("delay_ms", self.delay_ms, least=1, most=600_000)
        if self.method or self.path:
            raise InvalidFault("method and path must be left out: no request was read yet")
        self.check_requests()

    @asynccontextmanager
    async def inject(self, upstream: UpstreamServer) -> AsyncIterator[Injection]:
        """It bites with each connection that waits; heal serves them at once."""
        async with self.armed(
            upstream, "slow_accept", delay_ms=self.delay_ms, bites="connections served late"
        ) as injection:
            yield injection
