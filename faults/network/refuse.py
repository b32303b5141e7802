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

from faults import checks
from faults.catalogue import catalogued
from faults.fault import Bite, Injection
from faults.occupied import occupied, open_connections
from faults.ports import NetworkProxy


@catalogued("network.refuse", needs=NetworkProxy, colour="#e5484d")
@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """Close the proxy's listener and every connection through it."""

    proxy: str = "postgres"

    def __post_init__(self) -> None:
        """Refuse what no proxy of the lab can do."""
        checks.one_of("proxy", self.proxy, checks.PROXIES)

    @asynccontextmanager
    async def inject(self, proxy: NetworkProxy) -> AsyncIterator[Injection]:
        """Toxiproxy's ``enabled: false``; it bites with each connection that it cuts.

        Refused attempts are the kernel's answers and cannot be counted by a proxy that does not
        listen; a proxy that somebody uses has connections to cut.
        """
        cut = await occupied(lambda: open_connections(proxy))

        async def bite() -> Bite:
            return Bite(count=cut, what="connections cut")

        try:
            await proxy.disable()
            yield Injection(bite)
        finally:
            await proxy.enable()
