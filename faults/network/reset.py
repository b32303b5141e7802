"""Connections die with RST: a firewall forgot them, a balancer was replaced, a peer crashed.

    client ◀──RST── proxy ──RST──▶ server        live connections, at once
    client ──bytes─▶ proxy ; client ◀──RST──     new connections, with their first byte

A pool full of connections that died while idle hands each of them to one unlucky request, unless
it checks them first.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from faults import checks
from faults.catalogue import catalogued
from faults.fault import Bite, Injection
from faults.network.toxic import Toxic, ended
from faults.ports import NetworkProxy


@catalogued("network.reset", needs=NetworkProxy, colour="#e5484d")
@dataclass(frozen=True, slots=True, kw_only=True)
class Reset:
    """Reset every live connection, and each new one with its first byte, until healed.

    The embedded engine resets idle connections at once. Toxiproxy acts when a byte arrives
    (its ``reset_peer``), and closes those with FIN that were open before the toxic was.
    """

    proxy: str = "postgres"

    def __post_init__(self) -> None:
        """Refuse what no proxy of the lab can do."""
        checks.one_of("proxy", self.proxy, checks.PROXIES)

    @asynccontextmanager
    async def inject(self, proxy: NetworkProxy) -> AsyncIterator[Injection]:
        """Toxiproxy's ``reset_peer`` downstream; it bites with each connection that ended."""
        before = await proxy.traffic()
        toxic = Toxic(kind="reset_peer", direction="downstream", attributes={"timeout": 0}).name

        async def bite() -> Bite:
            return Bite(count=ended(before, await proxy.traffic()), what="connections reset")

        try:
            await proxy.add_toxic(
                toxic, "reset_peer", stream="downstream", attributes={"timeout": 0}
            )
            if proxy.resets_live_connections:
                await proxy.reset_connections()
            yield Injection(bite)
        finally:
            await proxy.remove_toxic(toxic)
