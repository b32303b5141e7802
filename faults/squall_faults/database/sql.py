"""What administrators' faults share: whose sessions are the app's, and who waits for a lock."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from squall_faults.errors import InjectionFailed, InvalidFault
from squall_faults.fault import Bite, Injection
from squall_faults.ports import DatabaseServer, DatabaseSession

APP_SESSIONS = """backend_type = 'client backend' AND datname = current_database()
 AND application_name NOT LIKE 'squall-%' AND pid <> pg_backend_pid()"""
"""Condition on pg_stat_activity; everything of ours calls itself ``squall-…``."""

LOCK_WAITS = f"""SELECT count(*) FROM pg_stat_activity
 WHERE wait_event_type = 'Lock' AND {APP_SESSIONS}"""  # noqa: S608 - constants only

TABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*(\.[A-Za-z_][A-Za-z0-9_$]*)?")
WATCH_SECONDS = 0.01


BUSIEST = """SELECT format('%I.%I', schemaname, relname) FROM pg_stat_user_tables
 ORDER BY {first}coalesce(seq_scan, 0) + coalesce(idx_scan, 0) + n_tup_ins + n_tup_upd DESC, relid
 LIMIT 1"""
FIRST = {"use": "", "inserts": "n_tup_ins DESC, ", "updates": "n_tup_upd DESC, "}
"""How the table is chosen when none is named."""


def check_choice(value: object) -> None:
    """InvalidFault unless ``value`` says how a table is chosen."""
    if value not in FIRST:
        raise InvalidFault(f"most must be one of {', '.join(FIRST)}, got {value!r}")


async def forget_use(server: DatabaseServer) -> None:
    """What is counted of the tables from now on is the load's: rows of the set-up do not count."""
    async with server.session() as session:
        await session.execute("SELECT pg_stat_reset()")


async def table_of(session: DatabaseSession, name: str, most: str = "use") -> str:
    """The table called ``name``, or the one with the most of something when there is none.

    Raises:
        InjectionFailed: the database has no table at all.
    """
    there = await session.values(f"SELECT to_regclass('{name}')::text") if name else [None]
    if there and there[0]:
        return name
    busiest = await session.values(BUSIEST.format(first=FIRST[most]))
    if not busiest:
        raise InjectionFailed("the database has no table that could be locked")
    return str(busiest[0])


def check_table(name: object) -> None:
    """InvalidFault unless ``name`` is a plain table name, with or without its schema, or empty."""
    if not isinstance(name, str) or (name and not TABLE.fullmatch(name)):
        raise InvalidFault(f"table must be a table's name, such as orders, got {name!r}")


async def number(session: DatabaseSession, sql: str) -> int:
    """The number that a query gives."""
    values = await session.values(sql)
    return int(values[0]) if values else 0


@dataclass(slots=True)
class Most:
    """The largest number seen while watching."""

    seen: int = 0


@asynccontextmanager
async def watched(ask: Callable[[], Awaitable[int]]) -> AsyncIterator[Most]:
    """Ask again and again during the block, and keep the largest answer."""
    most = Most()

    async def watch() -> None:
        while True:
            most.seen = max(most.seen, await ask())
            await asyncio.sleep(WATCH_SECONDS)

    task = asyncio.create_task(watch())
    try:
        yield most
    finally:
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled() and (error := task.exception()) is not None:
            raise InjectionFailed(f"watching the server failed: {error}")


@asynccontextmanager
async def lock_waits(server: DatabaseServer) -> AsyncIterator[Most]:
    """The most sessions of the app seen waiting for a lock at once, during the block."""
    async with server.session() as observer, watched(lambda: number(observer, LOCK_WAITS)) as most:
        yield most


@asynccontextmanager
async def hold_lock(
    server: DatabaseServer, table: str, most: str, *, statement: str, what: str
) -> AsyncIterator[Injection]:
    """Hold what ``statement`` locks until the end of the block.

    It bites with the most sessions seen waiting for a lock at once.

    Args:
        server: where the lock is held, in a session of ours.
        table: its name, or empty.
        most: how it is chosen when there is none of that name.
        statement: SQL with ``{table}``.
        what: what the bite counts.
    """
    async with server.session() as session, lock_waits(server) as waits:

        async def bite() -> Bite:
            return Bite(count=waits.seen, what=what)

        name = await table_of(session, table, most)
        await session.execute(f"BEGIN; {statement.format(table=name)}")
        try:
            yield Injection(bite)
        finally:
            await session.execute("ROLLBACK")
