"""Sessions are ended one by one, the server lives on: an administrator, a fail-over tool.

    pg_terminate_backend(pid) ──▶ backend ──57P01──▶ client, then close

The asyncpg driver shows it as ``ConnectionDoesNotExistError`` (08003), not as 57P01. Open
transactions are rolled back; a pool without a check hands out what is dead. An app that connects
for each request may have no session just then: the first ones that come are ended instead.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults.catalogue import Effect, register
from squall_faults.database.sql import APP_SESSIONS, number
from squall_faults.errors import InjectionFailed
from squall_faults.fault import Bite, Injection
from squall_faults.ports import DatabaseServer

TERMINATE = f"""SELECT count(*) FROM (
 SELECT pg_terminate_backend(pid) AS done FROM pg_stat_activity WHERE {APP_SESSIONS}
) AS ended WHERE done"""  # noqa: S608 - constants only

AGAIN_SECONDS = 0.001
"""A session of an app that connects for each request lasts a few milliseconds."""


@register("database.terminate_backends", needs=DatabaseServer, effect=Effect.CUTS)
@dataclass(frozen=True, slots=True, kw_only=True)
class TerminateBackends:
    """End every session of the app once: at injection, or as soon as there is one."""

    @asynccontextmanager
    async def inject(self, server: DatabaseServer) -> AsyncIterator[Injection]:
        """It bites with each session ended; there is nothing to undo."""
        async with server.session() as session:
            found = _Found(await number(session, TERMINATE))
        task = asyncio.create_task(_terminate_first(server, found))

        async def bite() -> Bite:
            return Bite(count=found.ended, what="sessions terminated")

        try:
            yield Injection(bite)
        finally:
            task.cancel()
            await asyncio.wait({task})


@dataclass(slots=True)
class _Found:
    ended: int


async def _terminate_first(server: DatabaseServer, found: _Found) -> None:
    """Until one session was ended; at once if there was one, or if the server refuses sessions."""
    if found.ended:
        return
    with contextlib.suppress(InjectionFailed):
        async with server.session() as session:
            while not found.ended:
                await asyncio.sleep(AGAIN_SECONDS)
                found.ended = await number(session, TERMINATE)
