"""The background probe updates a row, to be sure that the database can be written.

Mistake: one probe decides over reads and writes, and feeds the circuit breaker.
Outage: writes fail, and reads would work.
Symptom: the app is not ready, and refuses reads, too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main, readiness
from squall_reference.storage.engine import Database

from squall_mutants.shared import replace

EXPOSED_BY = (
    "disk-full",
    "replica-promoted-read-only",
    "hot-row",
    "long-transaction-holds-rows",
)
SET = "ninth"
TABLE = text("CREATE TABLE IF NOT EXISTS probes (id integer PRIMARY KEY, seen timestamptz)")
WRITE = text(
    "INSERT INTO probes VALUES (1, now()) ON CONFLICT (id) DO UPDATE SET seen = excluded.seen"
)


def probe_of(database: Database, seconds: float) -> Callable[[], Awaitable[None]]:
    """An upsert within ``seconds``."""
    made = False

    async def write(connection: AsyncConnection) -> None:
        nonlocal made
        if not made:
            await connection.execute(TABLE)
            made = True
        await connection.execute(WRITE)

    return readiness.probe_of(database, seconds, write)


def create_app() -> FastAPI:
    """The reference app with a probe that writes."""
    replace(main, "probe_of", probe_of)
    return main.create_app()
