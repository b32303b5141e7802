"""The row of a user whom the set-up creates, put back after an operation has changed or removed it.

PATCH /users/1 {"username": …}, as an administrator ─▶ nobody can log in by the old name any more
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from squall.core.errors import LabError
from squall.lab.user_sql import literal, who
from squall.lab.user_tables import RunSql, Table, read_tables, user_tables

MAX_ROWS = 5


async def save_users(run: RunSql, users: Sequence[str]) -> tuple[str, ...]:
    """Statements that put back the rows of these users as they are now; empty if they are not
    found.
    """
    found: list[str] = []
    with contextlib.suppress(LabError):
        for table in user_tables(await read_tables(run)) if users else ():
            query = (
                f"SELECT to_jsonb(t)::text FROM {table.name} t"  # noqa: S608 - quoted
                f" WHERE {who(table, users)} LIMIT {MAX_ROWS}"
            )
            for row in await run(query):
                found += _put_back(table, str(row[0]))
    return tuple(found)


async def put_back(run: RunSql, statements: Sequence[str]) -> None:
    """Run them; of an update and an insertion one is always in vain."""
    for text in statements:
        with contextlib.suppress(LabError):
            await run(text)


def names_in(value: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """The texts of a login's body: one is the name, or the address, of its user."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from names_in(one)


def _put_back(table: Table, row: str) -> Iterator[str]:
    if table.key is None:
        return
    key = table.key.quoted
    saved = f"jsonb_populate_record(NULL::{table.name}, {literal(row)}::jsonb)"
    changes = ", ".join(f"{one.quoted} = s.{one.quoted}" for one in table.columns if not one.key)
    yield f"UPDATE {table.name} t SET {changes} FROM {saved} s WHERE t.{key} = s.{key}"  # noqa: S608 - quoted
    yield f"INSERT INTO {table.name} OVERRIDING SYSTEM VALUE SELECT * FROM {saved}"  # noqa: S608 - quoted
