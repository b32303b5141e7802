"""The background probe updates a row, to be sure that the database can be written.

Mistake: one probe decides over reads and writes, and feeds the circuit breaker.
Outage: writes fail, and reads would work.
Symptom: the app is not ready, and refuses reads, too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from sqlalchemy import text
from squall_reference import main
from squall_reference.errors import ServiceError
from squall_reference.resilience.deadline import Abandoned, deadline_in
from squall_reference.storage.engine import Database, Lease, connection
from squall_reference.storage.translate import translate_errors

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
    abandoned = Abandoned()
    made = False

    async def ask(lease: Lease) -> None:
        nonlocal made
        with translate_errors():
            async with connection(database.engine, lease) as held:
                plain = await held.execution_options(isolation_level="AUTOCOMMIT")
                if not made:
                    await plain.execute(TABLE)
                    made = True
                await plain.execute(WRITE)

    async def probe() -> None:
        lease = Lease(seconds)
        try:
            await abandoned.run(lambda: ask(lease), deadline_in(4 * seconds), lease.terminate)
        except ServiceError:
            database.sockets.abort_idle()
            raise

    return probe


def create_app() -> FastAPI:
    """The reference app with a probe that writes."""
    replace(main, "probe_of", probe_of)
    return main.create_app()
