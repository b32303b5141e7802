"""The worker that has an advisory lock of the session works; one that does not get it stands by.

Mistake: the lock is tried once for each session, and a lost session keeps it at the server.
Outage: connections are lost, and the server does not notice.
Symptom: the only worker stands by for ever, and jobs stay pending.
"""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main, worker
from squall_reference.services import parcels
from squall_reference.settings import Settings
from squall_reference.storage.engine import TRANSACTION, Database

EXPOSED_BY = (
    "unreachable-host",
    "half-dead-connection-after-idle",
    "silent-network",
    "server-accepts-never-replies",
)
SET = "twelfth"
SERVICES = True
WORKER = True
LEAD = text("SELECT pg_try_advisory_lock(4711)")


class Office:
    """A session, and whether it leads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._session: AsyncConnection | None = None
        self._leads = False

    async def batch(self) -> int:
        """A batch if this is the leader."""
        if self._session is None:
            await self._enter()
        if not self._leads or self._session is None:
            return 0
        try:
            return await parcels.announce(self._session, worker.BATCH)
        except Exception:
            await self._leave()
            raise

    async def _enter(self) -> None:
        session = await self._database.engine.connect()
        await session.execution_options(isolation_level=TRANSACTION)
        async with session.begin():
            self._leads = bool((await session.execute(LEAD)).scalar_one())
        self._session = session

    async def _leave(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            with suppress(Exception):
                await session.invalidate()
                await session.close()


async def work() -> None:
    """Until a signal ends it."""
    settings = Settings()  # type: ignore[call-arg] # the environment supplies them
    office = Office(Database(settings, size=2))
    await worker.work(office.batch, worker_end())


def worker_end() -> asyncio.Event:
    """Set by a signal."""
    told_to_end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told_to_end.set)
    return told_to_end


def create_app() -> FastAPI:
    """The reference app; its worker is the leader."""
    return main.create_app()


if __name__ == "__main__":
    asyncio.run(work())
