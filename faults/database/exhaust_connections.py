"""Somebody takes every connection of the server: a runaway job, a deployment at double size.

    client ──startup──▶ server ──53300 too many clients already──▶ client, then close

Sessions that exist keep working. Whoever must connect is refused, and each try costs the server a
process: retries without a pause keep it busy saying no.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from faults import checks
from faults.catalogue import catalogued
from faults.database.sql import number
from faults.errors import InjectionFailed
from faults.fault import Bite, Injection
from faults.ports import DatabaseServer, DatabaseSession

FREE = """SELECT current_setting('max_connections')::int
 - current_setting('superuser_reserved_connections')::int
 - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')"""
MOST = 1000
AGAIN_SECONDS = 0.005


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
        async with AsyncExitStack() as stack:
            first = await stack.enter_async_context(server.session())
            hog = _Hog(server, first, stack, self.leave_free)
            await hog.take()
            task = asyncio.create_task(hog.take_on())
            stack.push_async_callback(_ended, task)

            async def bite() -> Bite:
                return Bite(count=hog.taken, what="connections taken")

            yield Injection(bite)


@dataclass(slots=True)
class _Hog:
    server: DatabaseServer
    first: DatabaseSession
    sessions: AsyncExitStack
    leave_free: int
    taken: int = 1

    async def take(self) -> None:
        """Take what is free now."""
        free = await number(self.first, FREE) - self.leave_free
        for _ in range(min(MOST - self.taken, free)):
            try:
                await self.sessions.enter_async_context(self.server.session())
            except InjectionFailed:
                return  # somebody was faster: the server is full, and that was the aim
            self.taken += 1

    async def take_on(self) -> None:
        """Take what becomes free: a client that hangs up does not get back in."""
        while True:
            await asyncio.sleep(AGAIN_SECONDS)
            await self.take()


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})
