"""A transaction holds its row locks and does not end: a report, a debugger, a lost client.

    fault ──BEGIN; SELECT … FOR UPDATE──▶ server        rows locked
    app   ──UPDATE of one of them──▶ server: waits      reads go on

Unlike a locked table, reads work, so health checks and most pages look well while every write to
these rows hangs and the pool fills up with them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from faults.catalogue import catalogued
from faults.database.sql import check_table, lock_waits, table_of
from faults.fault import Bite, Injection
from faults.ports import DatabaseServer


@catalogued("database.long_transaction", needs=DatabaseServer, colour="#0f766e")
@dataclass(frozen=True, slots=True, kw_only=True)
class LongTransaction:
    """Lock every row of ``table`` for update until healed."""

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
                return Bite(count=waits.seen, what="sessions waiting for row locks")

            table = await table_of(session, self.table)
            lock = f"BEGIN; SELECT 1 FROM {table} FOR UPDATE"  # noqa: S608 - checked at the door
            await session.execute(lock)
            try:
                yield Injection(bite)
            finally:
                await session.execute("ROLLBACK")
