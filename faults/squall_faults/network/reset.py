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

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.fault import Bite, Injection
from squall_faults.lease import still_in_force
from squall_faults.network.toxic import Toxic, acted, ended
from squall_faults.ports import NetworkProxy


@register("network.reset", needs=NetworkProxy, effect=Effect.CUTS)
@dataclass(frozen=True, slots=True, kw_only=True)
class Reset:
    """Reset every live connection, and each new one with its first byte, until healed.

    The embedded engine resets idle connections at once. Toxiproxy acts when a byte arrives
    (its ``reset_peer``), and closes those with FIN that were open before the toxic was.
    """

    proxy: str = "postgres"

    def __post_init__(self) -> None:
        """Refuse what no proxy of the lab can do."""
        validate.proxy(self.proxy)

    @asynccontextmanager
    async def inject(self, proxy: NetworkProxy) -> AsyncIterator[Injection]:
        """Toxiproxy's ``reset_peer`` downstream; it bites with each connection that ended."""
        before = await proxy.traffic()
        toxic = Toxic(kind="reset_peer", direction="downstream", attributes={"timeout": 0}).name

        async def bite() -> Bite:
            after = await proxy.traffic()
            count = at_once + acted(frozenset({toxic}), "ended", ended, before, after)
            return Bite(count=count, what="connections reset")

        at_once = 0
        try:
            await proxy.add_toxic(
                toxic, "reset_peer", stream="downstream", attributes={"timeout": 0}
            )
            if proxy.resets_live_connections:
                live = await proxy.reset_connections()
                at_once = live if before.tallied else 0  # else they are among those that ended
            yield Injection(bite, await still_in_force(proxy, toxics=frozenset({toxic})))
        finally:
            await proxy.remove_toxic(toxic)
