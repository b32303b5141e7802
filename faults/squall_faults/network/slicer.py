"""Messages arrive in crumbs: small packets, each a moment after the other.

    server ──one message──▶ proxy ──▐▐ ▐▐ ▐▐ (delay_us between)──▶ client

Correct code does not mind. It shows parsers that take one read for one message, and the price of
protocols that need many round trips.
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


@register("network.slicer", needs=NetworkProxy, effect=Effect.SLOWS)
@dataclass(frozen=True, slots=True, kw_only=True)
class Slicer(OnConnections):
    """Cut what passes into pieces of about ``average_bytes``, ``delay_us`` microseconds apart."""

    average_bytes: int
    variation_bytes: int = 0
    delay_us: int = 0

    def __post_init__(self) -> None:
        """Refuse values that make no such fault."""
        validate.whole_number("average_bytes", self.average_bytes, least=1, most=1_000_000)
        validate.whole_number(
            "variation_bytes", self.variation_bytes, least=0, most=self.average_bytes - 1
        )
        validate.whole_number("delay_us", self.delay_us, least=0, most=10_000_000)
        self.check_target()

    @asynccontextmanager
    async def inject(self, proxy: NetworkProxy) -> AsyncIterator[Injection]:
        """Toxiproxy's ``slicer``; it bites with each byte of a chunk that it cuts."""
        toxic = Toxic(
            kind="slicer",
            direction=self.direction,
            attributes={
                "average_size": self.average_bytes,
                "size_variation": self.variation_bytes,
                "delay": self.delay_us,
            },
            target=self.target,
        )
        async with in_force(
            proxy, toxic, counts="bytes", otherwise=passed(self.direction), bites="bytes sliced"
        ) as injection:
            yield injection
