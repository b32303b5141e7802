"""Sessions are ended one by one, the server lives on: an administrator, a fail-over tool.

    pg_terminate_backend(pid) ──▶ backend ──57P01──▶ client, then close

The asyncpg driver shows it as ``ConnectionDoesNotExistError`` (08003), not as 57P01. Open
transactions are rolled back; a pool without a check hands out what is dead.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from faults.catalogue import catalogued
from faults.database.sql import APP_SESSIONS, number
from faults.fault import Bite, Injection
from faults.ports import DatabaseServer

TERMINATE = f"""SELECT count(*) FROM (
 SELECT pg_terminate_backend(pid) AS done FROM pg_stat_activity WHERE {APP_SESSIONS}
) AS ended WHERE done"""  # noqa: S608 - constants only


@catalogued("database.terminate_backends", needs=DatabaseServer, colour="#dc2626")
@dataclass(frozen=True, slots=True, kw_only=True)
class TerminateBackends:
    """End every session of the app once, at injection."""

    @asynccontextmanager
    async def inject(self, server: DatabaseServer) -> AsyncIterator[Injection]:
        """It bites with each session ended; there is nothing to undo."""
        async with server.session() as session:
            ended = await number(session, TERMINATE)

        async def bite() -> Bite:
            return Bite(count=ended, what="sessions terminated")

        yield Injection(bite)
