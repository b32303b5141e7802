"""A table is locked: a migration, a VACUUM FULL, a forgotten session of an administrator.

    fault ──LOCK TABLE … ACCESS EXCLUSIVE──▶ server
    app   ──SELECT──▶ server: waits for the lock, without a limit of its own

The network is well, the server is idle, and every request that touches the table hangs. What
bounds it: ``lock_timeout``, ``statement_timeout``, and the app's own time-outs.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from squall_faults.catalogue import Effect, register
from squall_faults.database.sql import (
    check_choice,
    check_table,
    forget_use,
    hold_lock,
)
from squall_faults.fault import Injection
from squall_faults.ports import DatabaseServer

STATEMENT = "LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"


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

    def inject(self, server: DatabaseServer) -> AbstractAsyncContextManager[Injection]:
        """It bites with the most sessions seen waiting for a lock at once."""
        return hold_lock(
            server, self.table, self.most, statement=STATEMENT, what="sessions waiting for the lock"
        )
