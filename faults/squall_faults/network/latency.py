"""Every byte arrives late; none is lost.

    server ──bytes──▶ proxy ──(latency_ms ± jitter_ms later)──▶ client

A query of three round trips pays three times. Nothing fails by itself: what breaks are time-outs
that were set for a healthy network, and pools that are too small for the longer hold time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.fault import Injection
from squall_faults.network.on_connections import OnConnections
from squall_faults.network.toxic import Toxic, in_force, passed
from squall_faults.ports import NetworkProxy


@register("network.latency", needs=NetworkProxy, effect=Effect.SLOWS)
@dataclass(frozen=True, slots=True, kw_only=True)
class Latency(OnConnections):
    """Delay every byte of one direction by ``latency_ms`` ± ``jitter_ms`` milliseconds."""

    latency_ms: int
    jitter_ms: int = 0
    """The delay of each chunk is drawn evenly from the range; bytes stay in order."""

    def __post_init__(self) -> None:
        """Refuse values that make no such fault."""
        validate.whole_number("latency_ms", self.latency_ms, least=1, most=60_000)
        validate.whole_number("jitter_ms", self.jitter_ms, least=0, most=self.latency_ms)
        self.check_target()

    @asynccontextmanager
    async def inject(self, proxy: NetworkProxy) -> AsyncIterator[Injection]:
        """Toxiproxy's ``latency``; it bites with each byte that it delays."""
        toxic = Toxic(
            kind="latency",
            direction=self.direction,
            attributes={"latency": self.latency_ms, "jitter": self.jitter_ms},
            target=self.target,
        )
        async with in_force(
            proxy, toxic, counts="bytes", otherwise=passed(self.direction), bites="bytes delayed"
        ) as injection:
            yield injection
