"""New connections are accepted, and nobody ever answers them: a frozen server, a full queue.

    client ──SYN──▶ kernel ──SYN ACK──▶ client      "connected"
    client ──startup message──▶ proxy ✗             … and then nothing

Connections that exist keep working. A client that bounds only the TCP connect waits for ever for
the first message of the protocol.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from faults import checks
from faults.catalogue import catalogued
from faults.fault import Injection
from faults.network.toxic import Toxic, accepted, in_force
from faults.ports import NetworkProxy, Target


@catalogued("network.deaf", needs=NetworkProxy, colour="#7c3aed")
@dataclass(frozen=True, slots=True, kw_only=True)
class Deaf:
    """Accept new connections and swallow whatever they say."""

    proxy: str = "postgres"

    def __post_init__(self) -> None:
        """Refuse what no proxy of the lab can do."""
        checks.one_of("proxy", self.proxy, checks.PROXIES)

    @asynccontextmanager
    async def inject(self, proxy: NetworkProxy) -> AsyncIterator[Injection]:
        """Toxiproxy's ``timeout`` 0 on new connections; it bites with each that is accepted."""
        toxic = Toxic(
            kind="timeout",
            direction="upstream",
            attributes={"timeout": 0},
            target=Target(scope="new"),
        )
        async with in_force(
            proxy, toxic, count=accepted, bites="connections left unanswered"
        ) as injection:
            yield injection
