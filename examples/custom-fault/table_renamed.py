"""A table is away under its name: a migration by hand, in two steps with a coffee between them.

fault ──ALTER TABLE items RENAME TO items_away──▶ server
app   ──SELECT … FROM items──▶ server: 42P01, relation "items" does not exist
fault ──ALTER TABLE items_away RENAME TO items──▶ server                      (the remedy)
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults.catalogue import Effect, register
from squall_faults.database.sql import check_table
from squall_faults.fault import Bite, Injection
from squall_faults.ports import DatabaseServer


@register("example.table_renamed", needs=DatabaseServer, effect=Effect.ERRORS)
@dataclass(frozen=True, slots=True, kw_only=True)
class TableRenamed:
    """Call ``table`` by another name until healed."""

    table: str

    def __post_init__(self) -> None:
        """Refuse what is not the name of a table: it becomes part of SQL."""
        check_table(self.table)

    @asynccontextmanager
    async def inject(self, server: DatabaseServer) -> AsyncIterator[Injection]:
        """It bites with each statement that missed the table, as the server's log counts them."""
        words = f'relation "{self.table}" does not exist'
        before = await server.logged(words)

        async def bite() -> Bite:
            return Bite(count=await server.logged(words) - before, what="statements without table")

        async with server.session() as session:
            await session.execute(f"ALTER TABLE {self.table} RENAME TO {self.table}_away")
            try:
                yield Injection(bite)
            finally:
                await session.execute(f"ALTER TABLE {self.table}_away RENAME TO {self.table}")
