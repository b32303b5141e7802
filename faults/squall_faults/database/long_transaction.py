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

from squall_faults.catalogue import Effect, register
from squall_faults.database.sql import (
    check_choice,
    check_table,
    forget_use,
    lock_waits,
    table_of,
)
from squall_faults.fault import Bite, Injection
from squall_faults.ports import DatabaseServer


@register("database.long_transaction", needs=DatabaseServer, effect=Effect.BLOCKS)
@dataclass(frozen=True, slots=True, kw_only=True)
class LongTransaction:
    """Lock every row of ``table`` for update until healed."""

    table: str = ""
    """Empty, or not there: the table with the most of ``most`` since the load began."""
    most: str = "use"
    """``use``, ``inserts`` or ``updates``."""

    def __post_init__(self) -> None:
        """Refuse what is not the name of a table."""
        check_table(self.table)
        check_choice(self.most)

    async def prepare(self, server: DatabaseServer) -> None:
        """Count what the load does to the tables, and nothing else."""
        if not self.table:
            await forget_use(server)

    @asynccontextmanager
    async def inject(self, server: DatabaseServer) -> AsyncIterator[Injection]:
        """It bites with the most sessions seen waiting for a lock at once."""
        async with server.session() as session, lock_waits(server) as waits:

            async def bite() -> Bite:
                return Bite(count=waits.seen, what="sessions waiting for row locks")

            table = await table_of(session, self.table, self.most)
            lock = f"BEGIN; SELECT 1 FROM {table} FOR UPDATE"  # noqa: S608 - checked at the door
            await session.execute(lock)
            try:
                yield Injection(bite)
            finally:
                await session.execute("ROLLBACK")
