"""The primary dies, and a standby takes its place: what high availability does at three at night.

    app ─▶ proxy ─▶ primary ──stream──▶ standby
    app ─▶ proxy ─▶ primary ───  ✂  ─── standby      for lag_ms: nothing is shipped any more
    app ─▶ proxy ─▶ ✗                   standby      SIGKILL; until a failure detector notices
    app ─▶ proxy ─────────────────────▶ primary      heal: fenced, promoted, the proxy led to it

Asynchronous replication acknowledges a COMMIT before the standby has it: what was acknowledged
while the standby lagged is lost (PostgreSQL documentation, "Log-Shipping Standby Servers").
Synchronous replication makes each COMMIT wait for the standby; nothing acknowledged is lost, and
while the standby is cut off nothing is acknowledged either.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.fault import Bite, Injection
from squall_faults.lapse import back_early
from squall_faults.ports import DatabaseCluster, Replication
from squall_faults.wait_for_connection import wait_for_connection

MAX_LAG_MS = 5000

WRITE_SECONDS = 2.0
"""The lag lasts this much longer if nothing was written in it: a load of few writes has pauses."""


@register("database.failover", needs=DatabaseCluster, effect=Effect.CUTS)
@dataclass(frozen=True, slots=True, kw_only=True)
class Failover:
    """Kill the primary; heal by promoting a standby and leading the proxy to it."""

    replication: Replication = "asynchronous"
    """``synchronous``: a COMMIT waits for the standby."""
    lag_ms: int = 0
    """So long before its death the primary has shipped nothing to the standby; longer, at most 2 s,
    until something was written meanwhile.
    """

    def __post_init__(self) -> None:
        """Refuse an unknown word, and a lag that outlasts every story."""
        validate.one_of("replication", self.replication, ("asynchronous", "synchronous"))
        validate.whole_number("lag_ms", self.lag_ms, least=0, most=MAX_LAG_MS)

    async def prepare(self, cluster: DatabaseCluster) -> None:
        """A standby that streams: before the load, for a base backup takes its time."""
        await cluster.replicate(synchronous=self.replication == "synchronous")

    @asynccontextmanager
    async def inject(self, cluster: DatabaseCluster) -> AsyncIterator[Injection]:
        """It bites with each session of the app that it kills; with a lag, if there was one."""
        await cluster.replicate(synchronous=self.replication == "synchronous")
        sessions, unshipped = await wait_for_connection(cluster.client_backends), 0

        async def bite() -> Bite:
            if self.lag_ms == 0:
                return Bite(count=sessions, what="sessions killed")
            what = f"sessions killed, {unshipped} bytes of log not shipped"
            return Bite(count=sessions if unshipped else 0, what=what)

        try:
            if self.lag_ms:
                await cluster.sever()
                await asyncio.sleep(self.lag_ms / 1000)
                unshipped = await wait_for_connection(cluster.unshipped, WRITE_SECONDS)
            await cluster.kill()
            yield Injection(bite, back_early(cluster.accepts, "the dead primary is up again"))
        finally:
            await cluster.promote()
