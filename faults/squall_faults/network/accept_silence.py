"""New connections are accepted and never answered: a frozen server, a full queue.

    client ──SYN──▶ kernel ──SYN ACK──▶ client      "connected"
    client ──startup message──▶ proxy ✗             … and then nothing

Connections that exist keep working. A client that bounds only the TCP connect waits for ever for
the first message of the protocol.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.fault import Injection
from squall_faults.network.toxic import Toxic, accepted, in_force
from squall_faults.ports import NetworkProxy, Target


@register("network.accept_silence", needs=NetworkProxy, effect=Effect.SILENCES)
@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptSilence:
    """Accept new connections and swallow whatever they say."""

    proxy: str = "postgres"

    def __post_init__(self) -> None:
        """Refuse what no proxy of the lab can do."""
        validate.proxy(self.proxy)

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
            proxy,
            toxic,
            counts="connections",
            otherwise=accepted,
            bites="connections left unanswered",
        ) as injection:
            yield injection
