"""Somebody takes every connection of the server: a runaway job, a deployment at double size.

    client ──startup──▶ server ──53300 too many clients already──▶ client, then close

Sessions that exist keep working. Whoever must connect is refused, and each try costs the server a
process: retries without a pause keep it busy saying no.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from faults import checks
from faults.catalogue import catalogued
from faults.database.sql import number
from faults.errors import InjectionFailed
from faults.fault import Bite, Injection
from faults.ports import DatabaseServer

FREE = """SELECT current_setting('max_connections')::int
 - current_setting('superuser_reserved_connections')::int
 - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')"""
MOST = 1000


@catalogued("database.exhaust_connections", needs=DatabaseServer, colour="#b91c1c")
@dataclass(frozen=True, slots=True, kw_only=True)
class ExhaustConnections:
    """Take all connections but ``leave_free``, by really connecting; heal by hanging up."""

    leave_free: int = 0

    def __post_init__(self) -> None:
        """Refuse a negative number."""
        checks.whole_number("leave_free", self.leave_free, least=0, most=MOST)

    @asynccontextmanager
    async def inject(self, server: DatabaseServer) -> AsyncIterator[Injection]:
        """It bites with each connection that it holds."""
        taken = 0

        async def bite() -> Bite:
            return Bite(count=taken, what="connections taken")

        async with AsyncExitStack() as stack:
            first = await stack.enter_async_context(server.session())
            taken = 1
            for _ in range(min(MOST, await number(first, FREE) - self.leave_free)):
                try:
                    await stack.enter_async_context(server.session())
                except InjectionFailed:
                    break  # the server is full: that was the aim
                taken += 1
            yield Injection(bite)
