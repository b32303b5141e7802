"""A table is locked: a migration, a VACUUM FULL, a forgotten session of an administrator.

    fault ──LOCK TABLE … ACCESS EXCLUSIVE──▶ server
    app   ──SELECT──▶ server: waits for the lock, without a limit of its own

The network is well, the server is idle, and every request that touches the table hangs. What
bounds it: ``lock_timeout``, ``statement_timeout``, and the app's own time-outs.
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


@register("database.lock_table", needs=DatabaseServer, effect=Effect.BLOCKS)
@dataclass(frozen=True, slots=True, kw_only=True)
class LockTable:
    """Hold ACCESS EXCLUSIVE on ``table`` until healed: no other session reads or writes it."""

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
                return Bite(count=waits.seen, what="sessions waiting for the lock")

            table = await table_of(session, self.table, self.most)
            await session.execute(f"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            try:
                yield Injection(bite)
            finally:
                await session.execute("ROLLBACK")
