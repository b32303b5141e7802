"""A connection breaks after so many bytes: in the middle of an answer, always at the same place.

    server ──bytes──▶ proxy ──the first max_bytes──▶ client ; then FIN on both sides

A clean end of file in the middle of a message: what reads to the end of the file and calls it a
success loses data.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from faults import checks
from faults.catalogue import catalogued
from faults.fault import Injection
from faults.network.on_connections import OnConnections
from faults.network.toxic import Toxic, ended, in_force
from faults.ports import NetworkProxy


@catalogued("network.limit_data", needs=NetworkProxy, colour="#be123c")
@dataclass(frozen=True, slots=True, kw_only=True)
class LimitData(OnConnections):
    """Close each connection once ``max_bytes`` bytes of one direction have passed."""

    max_bytes: int
    """Counted on each connection from the injection on."""

    def __post_init__(self) -> None:
        """Refuse values that make no such fault."""
        checks.whole_number("max_bytes", self.max_bytes, least=0, most=1_000_000_000)
        self.check_target()

    @asynccontextmanager
    async def inject(self, proxy: NetworkProxy) -> AsyncIterator[Injection]:
        """Toxiproxy's ``limit_data``; it bites with each connection that ends meanwhile."""
        toxic = Toxic(
            kind="limit_data",
            direction=self.direction,
            attributes={"bytes": self.max_bytes},
            target=self.target,
        )
        async with in_force(proxy, toxic, count=ended, bites="connections cut") as injection:
            yield injection
