"""A transaction holds its row locks and does not end: a report, a debugger, a lost client.

    fault ──BEGIN; SELECT … FOR UPDATE──▶ server        rows locked
    app   ──UPDATE of one of them──▶ server: waits      reads go on

Unlike a locked table, reads work, so health checks and most pages look well while every write to
these rows hangs and the pool fills up with them.
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

STATEMENT = "SELECT 1 FROM {table} FOR UPDATE"


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

    def inject(self, server: DatabaseServer) -> AbstractAsyncContextManager[Injection]:
        """It bites with the most sessions seen waiting for a lock at once."""
        return hold_lock(
            server,
            self.table,
            self.most,
            statement=STATEMENT,
            what="sessions waiting for row locks",
        )
