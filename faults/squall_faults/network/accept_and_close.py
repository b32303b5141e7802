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

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.fault import Injection
from squall_faults.network.toxic import Toxic, ended, in_force
from squall_faults.ports import NetworkProxy


@register("network.accept_and_close", needs=NetworkProxy, effect=Effect.CUTS)
@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptAndClose:
    """Close every live connection, accept new ones, and close them after a millisecond."""

    proxy: str = "postgres"

    def __post_init__(self) -> None:
        """Refuse what no proxy of the lab can do."""
        validate.proxy(self.proxy)

    @asynccontextmanager
    async def inject(self, proxy: NetworkProxy) -> AsyncIterator[Injection]:
        """Toxiproxy's ``timeout`` of 1 ms; it bites with each connection that ends."""
        toxic = Toxic(kind="timeout", direction="upstream", attributes={"timeout": 1})
        async with in_force(
            proxy, toxic, counts="ended", otherwise=ended, bites="connections hung up"
        ) as injection:
            yield injection
