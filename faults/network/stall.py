"""The line goes silent and later gives everything back: a switch reboots, a peer is frozen.

    server ──bytes──▶ proxy ▐ held ▌        client waits
    heal:             proxy ──all of it──▶  client

No error ever reaches the client, so only its own time-outs end the wait. Toxiproxy's ``timeout``
toxic is not this fault: it drops the bytes and closes the connection on removal. ``bandwidth``
with rate 0 holds them.
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


@catalogued("network.stall", needs=NetworkProxy, colour="#8b5cf6")
@dataclass(frozen=True, slots=True, kw_only=True)
class Stall:
    """Hold every byte of one direction until the fault heals."""

    direction: Direction = "downstream"
    proxy: str = "postgres"

    def __post_init__(self) -> None:
        """Refuse what no proxy of the lab can do."""
        checks.one_of("direction", self.direction, ("upstream", "downstream"))
        checks.one_of("proxy", self.proxy, checks.PROXIES)

    @asynccontextmanager
    async def inject(self, proxy: NetworkProxy) -> AsyncIterator[Injection]:
        """Toxiproxy's ``bandwidth`` with rate 0; it bites with each byte held."""
        async with toxic_in_force(
            proxy, "bandwidth", self.direction, {"rate": 0}, bites="bytes held"
        ) as injection:
            yield injection
