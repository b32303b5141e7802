"""A narrow line: bytes trickle.

    server ──1 MB──▶ proxy ──rate_kb_per_s──▶ client

Small answers are as fast as ever, large ones take long; a time-out that counts from the last byte
never fires. It shows answers without a size limit, and callers that hold a connection meanwhile.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.fault import Injection
from squall_faults.network.on_connections import OnConnections
from squall_faults.network.toxic import Toxic, in_force, passed
from squall_faults.ports import NetworkProxy


@register("network.bandwidth", needs=NetworkProxy, effect=Effect.SLOWS)
@dataclass(frozen=True, slots=True, kw_only=True)
class Bandwidth(OnConnections):
    """Let at most ``rate_kb_per_s`` KB (of 1000 bytes) a second pass on each connection."""

    rate_kb_per_s: int

    def __post_init__(self) -> None:
        """Refuse values that make no such fault."""
        validate.whole_number("rate_kb_per_s", self.rate_kb_per_s, least=1, most=10_000_000)
        self.check_target()

    @asynccontextmanager
    async def inject(self, proxy: NetworkProxy) -> AsyncIterator[Injection]:
        """Toxiproxy's ``bandwidth``; it bites with each byte that it holds back."""
        toxic = Toxic(
            kind="bandwidth",
            direction=self.direction,
            attributes={"rate": self.rate_kb_per_s},
            target=self.target,
        )
        async with in_force(
            proxy, toxic, counts="bytes", otherwise=passed(self.direction), bites="bytes throttled"
        ) as injection:
            yield injection
