"""Connections that exist go silent for good; new ones work. The fault behind pools that never heal.

    client ──bytes──▶ proxy ✗      the balancer forgot this connection without a word
    client ──SYN────▶ proxy ──▶ server ──▶ answers at once

The database is reachable all the time, a probe of the address succeeds, and yet every pooled
connection is dead. Only time-outs on each statement, or TCP's own (``TCP_USER_TIMEOUT``,
keep-alive), find that out. After heal the zombies stay silent: that is what they are.
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
from squall_faults.wait_for_connection import wait_for_connection


@register("network.half_open", needs=NetworkProxy, effect=Effect.SILENCES)
@dataclass(frozen=True, slots=True, kw_only=True)
class HalfOpen:
    """Silence every connection that is open at injection, for as long as it lives."""

    proxy: str = "postgres"

    def __post_init__(self) -> None:
        """Refuse what no proxy of the lab can do."""
        validate.proxy(self.proxy)

    @asynccontextmanager
    async def inject(self, proxy: NetworkProxy) -> AsyncIterator[Injection]:
        """It bites with each connection silenced; there is nothing to undo but by closing them.

        The lab closes what is left of them after the run.
        """
        silenced = await wait_for_connection(proxy.silence_connections)

        async def bite() -> Bite:
            return Bite(count=silenced, what="connections silenced")

        yield Injection(bite, await still_in_force(proxy))
