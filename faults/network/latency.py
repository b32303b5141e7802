"""Every byte arrives late; none is lost.

    server ──bytes──▶ proxy ──(latency_ms later)──▶ client

A query of three round trips pays three times. Nothing fails by itself: what breaks are time-outs
that were set for a healthy network, and pools that are too small for the longer hold time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from faults import checks
from faults.catalogue import catalogued
from faults.fault import Injection
from faults.network.toxic import toxic_in_force
from faults.ports import Direction, NetworkProxy


@catalogued("network.latency", needs=NetworkProxy, colour="#d9a300")
@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Delay every byte of one direction by ``latency_ms`` milliseconds."""

    latency_ms: int
    direction: Direction = "downstream"
    proxy: str = "postgres"

    def __post_init__(self) -> None:
        """Refuse delays that no network has."""
        checks.whole_number("latency_ms", self.latency_ms, least=1, most=60_000)
        checks.one_of("direction", self.direction, ("upstream", "downstream"))
        checks.one_of("proxy", self.proxy, checks.PROXIES)

    @asynccontextmanager
    async def inject(self, proxy: NetworkProxy) -> AsyncIterator[Injection]:
        """Toxiproxy's ``latency``; it bites with each byte that passes meanwhile."""
        async with toxic_in_force(
            proxy, "latency", self.direction, {"latency": self.latency_ms}, bites="bytes delayed"
        ) as injection:
            yield injection
