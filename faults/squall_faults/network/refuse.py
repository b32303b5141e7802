"""Nobody listens: live connections are closed, new ones are refused at once.

    client ──SYN──▶ proxy's port (closed)
    client ◀──RST── kernel: ECONNREFUSED within microseconds

The kindest outage: failure is immediate and unambiguous. An app without retries fails every
request; one that retries without waiting burns its processor.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.fault import Bite, Injection
from squall_faults.lease import still_in_force
from squall_faults.ports import NetworkProxy
from squall_faults.wait_for_connection import open_connections, wait_for_connection


@register("network.refuse", needs=NetworkProxy, effect=Effect.CUTS)
@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """Close the proxy's listener and every connection through it."""

    proxy: str = "postgres"

    def __post_init__(self) -> None:
        """Refuse what no proxy of the lab can do."""
        validate.proxy(self.proxy)

    @asynccontextmanager
    async def inject(self, proxy: NetworkProxy) -> AsyncIterator[Injection]:
        """Toxiproxy's ``enabled: false``; it bites with each connection that it cuts.

        Refused attempts are the kernel's answers and cannot be counted by a proxy that does not
        listen; a proxy in use has connections to cut.
        """
        cut = await wait_for_connection(lambda: open_connections(proxy))

        async def bite() -> Bite:
            return Bite(count=cut, what="connections cut")

        try:
            await proxy.disable()
            yield Injection(bite, await still_in_force(proxy))
        finally:
            await proxy.enable()
