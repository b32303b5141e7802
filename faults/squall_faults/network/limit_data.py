"""A connection breaks after a number of bytes: inside an answer, always at the same place.

    server ──bytes──▶ proxy ──the first max_bytes──▶ client ; then FIN on both sides

A clean end of file in the middle of a message: what reads to the end of the file and calls it a
success loses data.
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


@register("network.limit_data", needs=NetworkProxy, effect=Effect.CUTS)
@dataclass(frozen=True, slots=True, kw_only=True)
class LimitData(OnConnections):
    """Close each connection once ``max_bytes`` bytes of one direction have passed."""

    max_bytes: int
    """Counted on each connection from the injection on."""

    def __post_init__(self) -> None:
        """Refuse values that make no such fault."""
        validate.whole_number("max_bytes", self.max_bytes, least=0, most=1_000_000_000)
        self.check_target()

    @asynccontextmanager
    async def inject(self, proxy: NetworkProxy) -> AsyncIterator[Injection]:
        """Toxiproxy's ``limit_data``; it bites with each connection that it ends."""
        toxic = Toxic(
            kind="limit_data",
            direction=self.direction,
            attributes={"bytes": self.max_bytes},
            target=self.target,
        )
        async with in_force(
            proxy, toxic, counts="ended", otherwise=ended, bites="connections cut"
        ) as injection:
            yield injection
