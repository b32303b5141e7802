"""The end of a connection arrives late: FIN is lost and sent again, a balancer drains slowly.

    server ──FIN──▶ proxy ──(delay_ms later)──▶ client

Meanwhile the client believes in a connection that is dead: what it sends is never answered.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.fault import Injection
from squall_faults.network.on_connections import OnConnections
from squall_faults.network.toxic import Toxic, ended, in_force
from squall_faults.ports import NetworkProxy


@register("network.slow_close", needs=NetworkProxy, effect=Effect.SLOWS)
@dataclass(frozen=True, slots=True, kw_only=True)
class SlowClose(OnConnections):
    """Pass the end of one direction on ``delay_ms`` milliseconds late."""

    delay_ms: int

    def __post_init__(self) -> None:
        """Refuse values that make no such fault."""
        validate.whole_number("delay_ms", self.delay_ms, least=1, most=60_000)
        self.check_target()

    @asynccontextmanager
    async def inject(self, proxy: NetworkProxy) -> AsyncIterator[Injection]:
        """Toxiproxy's ``slow_close``; it bites with each end that it holds back."""
        toxic = Toxic(
            kind="slow_close",
            direction=self.direction,
            attributes={"delay": self.delay_ms},
            target=self.target,
        )
        async with in_force(
            proxy, toxic, counts="ends", otherwise=ended, bites="connections closed late"
        ) as injection:
            yield injection
