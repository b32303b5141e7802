"""A table is locked: a migration, a VACUUM FULL, a forgotten session of an administrator.

    fault ──LOCK TABLE … ACCESS EXCLUSIVE──▶ server
    app   ──SELECT──▶ server: waits for the lock, for as long as nobody bounds it

The network is well, the server is idle, and every request that touches the table hangs. What
bounds it: ``lock_timeout``, ``statement_timeout``, and the app's own time-outs.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from faults.catalogue import catalogued
from faults.database.sql import check_table, lock_waits, table_of
from faults.fault import Bite, Injection
from faults.ports import DatabaseServer


@catalogued("database.lock_table", needs=DatabaseServer, colour="#0e7490")
@dataclass(frozen=True, slots=True, kw_only=True)
class LockTable:
    """Hold ACCESS EXCLUSIVE on ``table`` until healed: nobody reads or writes it."""

    table: str = ""
    """Empty, or not there: the table that is used most."""

    def __post_init__(self) -> None:
        """Refuse what is no table's name."""
        check_table(self.table)

    @asynccontextmanager
    async def inject(self, server: DatabaseServer) -> AsyncIterator[Injection]:
        """It bites with the most sessions seen waiting for a lock at once."""
        async with server.session() as session, lock_waits(server) as waits:

            async def bite() -> Bite:
                return Bite(count=waits.seen, what="sessions waiting for the lock")

            table = await table_of(session, self.table)
            await session.execute(f"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            try:
                yield Injection(bite)
            finally:
                await session.execute("ROLLBACK")
