"""Connections are accepted and closed at once: a balancer without a backend behind it.

    client ──SYN──▶ proxy ──SYN ACK──▶ client
    client ◀──FIN── proxy                            before a byte is answered

Drivers call this something else than a refused connection (asyncpg: ``ConnectionResetError``, or
``ConnectionDoesNotExistError`` without TLS), so code that retries on refusals only gives up here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from faults import checks
from faults.catalogue import catalogued
from faults.fault import Injection
from faults.network.toxic import Toxic, ended, in_force
from faults.ports import NetworkProxy


@catalogued("network.hang_up", needs=NetworkProxy, colour="#f97316")
@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    """Close every live connection, accept new ones, and close them after a millisecond."""

    proxy: str = "postgres"

    def __post_init__(self) -> None:
        """Refuse what no proxy of the lab can do."""
        checks.one_of("proxy", self.proxy, checks.PROXIES)

    @asynccontextmanager
    async def inject(self, proxy: NetworkProxy) -> AsyncIterator[Injection]:
        """Toxiproxy's ``timeout`` of 1 ms; it bites with each connection that ends."""
        toxic = Toxic(kind="timeout", direction="upstream", attributes={"timeout": 1})
        async with in_force(proxy, toxic, count=ended, bites="connections hung up") as injection:
            yield injection
