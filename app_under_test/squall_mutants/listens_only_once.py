"""A session that LISTENs is opened at the start, and never again.

Mistake: ``add_listener`` on a connection that nobody watches. The pool replaces its dead
connections; this one is not in the pool.
Outage: the database crashes and restarts.
Symptom: requests are served as ever, and no notification arrives until the next deployment.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI

from squall_mutants.shared.lifespan import app_with

EXPOSED_BY = ("database-crash-restart",)
CAUGHT_BY = ("background-sessions-return",)

KEPT: list[asyncpg.Connection] = []


async def listen_once() -> None:
    """Wait for the database, listen, and be done."""
    while not KEPT:
        try:
            connection = await asyncpg.connect(os.environ["DATABASE_URL"], timeout=1)
            await connection.add_listener("changed", lambda *_notification: None)
            KEPT.append(connection)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await asyncio.sleep(0.05)


@asynccontextmanager
async def listening(_app: FastAPI) -> AsyncIterator[None]:
    """As long as the app serves."""
    task = asyncio.create_task(listen_once())
    yield
    task.cancel()
    for connection in KEPT:
        connection.terminate()


def create_app() -> FastAPI:
    """The reference app with a listener that is not watched."""
    return app_with(listening)
