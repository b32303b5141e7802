"""Make a user usable in the lab's database, where no mail arrives and no operator answers.

Only in a lab: its database is thrown away. Each statement that changed a row is kept, so that
``squall init`` can write it into the table.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from squall.core.errors import LabError
from squall.lab.user_insert import delete_sql, insert_sql
from squall.lab.user_sql import USERS, promote_sql, unlock_sql
from squall.lab.user_tables import RunSql, Table, read_tables, user_tables

HASHES = (
    "$2b$04$squallsquallsquallsquOsSD0G.CAZ79vVi/7JSrNqsK6Dj4QRVi",
    "$argon2id$v=19$m=1024,t=1,p=1$t4eE0rDS+jhfo1noP1zqmg$QUhVOgBRny9Yi7IEl1/DF9zG22/KOfOfjy4GIEGFi9U",
    "$pbkdf2-sha256$1000$c3F1YWxsLXNxdWFsbC0xNg$LWF3nwJeDJp7XIyNdrOJlktk.IDCFSH2ytxoPf2elwM",
    "$5$rounds=1000$squallsquall$Zc1.gVW8XnHA3puHFUGy6.DjRHOgicnTTTEx5VKjGZ4",
)
"""The password of :mod:`.login_bodies` as bcrypt, argon2, PBKDF2 and SHA-256 crypt."""


MAX_TABLES = 2


@dataclass(slots=True)
class UserAccounts:
    """The users in one lab's database."""

    run: RunSql

    async def unlock(self, users: Sequence[str] = USERS) -> tuple[str, ...]:
        """Activate the users. Returns the statements that changed something."""
        tables = await self._tables()
        return await self._changing(
            text for table in user_tables(tables) for text in unlock_sql(table, users)
        )

    async def promote(self, users: Sequence[str] = USERS) -> tuple[str, ...]:
        """Make the users administrators. Returns the statements that changed something."""
        tables = await self._tables()
        return await self._changing(
            text for table in user_tables(tables) for text in promote_sql(table, tables, users)
        )

    async def inserts(self) -> list[tuple[str, ...]]:
        """Statements that add the user: one form for each kind of password hash."""
        tables = await self._tables()
        with_secret = [one for one in user_tables(tables) if one.secret is not None]
        return [
            (delete_sql(table), insert_sql(table, tables, text))
            for table in with_secret[:MAX_TABLES]
            for text in HASHES
        ]

    async def add(self, statements: Sequence[str]) -> tuple[str, ...]:
        """Run the statements of one form. Returns those that a new database needs."""
        added = await self._changing(statements)
        inserted = tuple(text for text in added if text.startswith("INSERT"))
        return (*inserted, *await self.promote()) if inserted else ()

    async def _tables(self) -> list[Table]:
        try:
            return await read_tables(self.run)
        except LabError:
            return []

    async def _changing(self, statements: Iterable[str]) -> tuple[str, ...]:
        """Run each statement; one that PostgreSQL refuses was a wrong guess."""
        changed: list[str] = []
        for text in statements:
            with contextlib.suppress(LabError):
                if await self.run(f"{text} RETURNING 1"):
                    changed.append(text)
        return tuple(changed)
