"""Somebody takes every connection of the server: a runaway job, a deployment at double size.

    client ──startup──▶ server ──53300 too many clients already──▶ client, then close

Sessions that exist keep working. Whoever must connect is refused, and each try costs the server a
process: retries without a pause keep it busy saying no.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from squall_faults import validate
from squall_faults.catalogue import Effect, register
from squall_faults.database.sql import number
from squall_faults.errors import InjectionFailed
from squall_faults.fault import Bite, Injection
from squall_faults.ports import DatabaseServer, DatabaseSession

FREE = """SELECT current_setting('max_connections')::int
 - current_setting('superuser_reserved_connections')::int
 - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')"""
HELD = """SELECT count(*) FROM pg_stat_activity
 WHERE backend_type = 'client backend' AND application_name LIKE 'squall-%'"""
MOST = 1000
AGAIN_SECONDS = 0.005
AT_ONCE = 10
"""As many as a usual pool has: what it loses is taken before it comes back."""


@register("database.exhaust_connections", needs=DatabaseServer, effect=Effect.REFUSES)
@dataclass(frozen=True, slots=True, kw_only=True)
class ExhaustConnections:
    """Take all connections but ``leave_free``, by really connecting; heal by hanging up."""

    leave_free: int = 0

    def __post_init__(self) -> None:
        """Refuse a negative number."""
        validate.whole_number("leave_free", self.leave_free, least=0, most=MOST)

    @asynccontextmanager
    async def inject(self, server: DatabaseServer) -> AsyncIterator[Injection]:
        """It bites with each connection that it holds."""
        async with AsyncExitStack() as stack:
            first = await stack.enter_async_context(server.session())
            hog = _ConnectionHolder(server, first, self.leave_free)
            stack.push_async_callback(hog.hang_up)
            await hog.take()
            task = asyncio.create_task(hog.take_on())
            stack.push_async_callback(_ended, task)

            async def bite() -> Bite:
                return Bite(count=hog.taken, what="connections taken")

            yield Injection(bite, hog.lapsed)


@dataclass(slots=True)
class _ConnectionHolder:
    server: DatabaseServer
    first: DatabaseSession
    leave_free: int
    held: list[AsyncExitStack] = field(default_factory=list)

    @property
    def taken(self) -> int:
        """Its sessions, with the first one."""
        return 1 + len(self.held)

    async def lapsed(self) -> str:
        """Why the server is not full; empty while it is."""
        wanted = self.taken
        try:  # one of its own, of the administrator's reserve: ``first`` may be in use
            async with self.server.session(wait_seconds=0) as session:
                held = await number(session, HELD)
        except InjectionFailed:
            return ""  # a server that lets nobody in is full
        return "" if held >= wanted else f"{wanted - held} of its sessions were ended"

    async def take(self) -> None:
        """Take what is free now, several at once: whoever must reconnect is about to try, too."""
        free = await number(self.first, FREE) - self.leave_free
        wanted = min(MOST - self.taken, free)
        for begun in range(0, wanted, AT_ONCE):
            count = min(AT_ONCE, wanted - begun)
            if not all(await asyncio.gather(*(self._take_one() for _ in range(count)))):
                break  # another client was faster: the server is full, and that was the aim
        if wanted > 0:
            await self._give_back(-await number(self.first, FREE))

    async def _take_one(self) -> bool:
        session = AsyncExitStack()
        try:
            await session.enter_async_context(self.server.session(wait_seconds=0))
        except InjectionFailed:
            return False
        self.held.append(session)
        return True

    async def _give_back(self, count: int) -> None:
        """Sessions of the administrator's reserve: clients have connected meanwhile. Other faults,
        and whoever observes the server, need it.
        """
        for _ in range(min(count, len(self.held))):
            await self.held.pop().aclose()

    async def hang_up(self) -> None:
        """End them all."""
        while self.held:
            await self.held.pop().aclose()

    async def take_on(self) -> None:
        """Take what becomes free: a client that hangs up does not get back in."""
        while True:
            await asyncio.sleep(AGAIN_SECONDS)
            await self.take()


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})
