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

from squall_faults.catalogue import Effect, register
from squall_faults.fault import Injection
from squall_faults.network.on_connections import OnConnections
from squall_faults.network.toxic import Toxic, in_force, passed
from squall_faults.ports import NetworkProxy


@register("network.stall", needs=NetworkProxy, effect=Effect.SILENCES)
@dataclass(frozen=True, slots=True, kw_only=True)
class Stall(OnConnections):
    """Hold every byte of one direction until the fault heals."""

    def __post_init__(self) -> None:
        """Refuse values that make no such fault."""
        self.check_target()

    @asynccontextmanager
    async def inject(self, proxy: NetworkProxy) -> AsyncIterator[Injection]:
        """Toxiproxy's ``bandwidth`` with rate 0; it bites with each byte held."""
        toxic = Toxic(
            kind="bandwidth",
            direction=self.direction,
            attributes={"rate": 0},
            target=self.target,
        )
        async with in_force(
            proxy, toxic, counts="bytes", otherwise=passed(self.direction), bites="bytes held"
        ) as injection:
            yield injection
