"""A cache is emptied by NOTIFY, and keeps what changed while the listener was away.

Mistake: the listener reconnects, and does not empty the cache for what it missed.
Outage: sessions are terminated; requests go on with new ones, the listener comes back later.
Symptom: old values long after the heal.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference.api import items
from squall_reference.orders import repository
from squall_reference.orders.model import Stock, StockRequest

from squall_mutants.cache_is_cleared_before_the_commit import CACHE, cached
from squall_mutants.shared import replace
from squall_mutants.shared.lifespan import app_with

EXPOSED_BY = ("sessions-terminated", "database-crash-restart")
SET = "fifth"
LOAD = "set-stock"

NOTIFY = text("SELECT pg_notify('items', CAST(:id AS text))")
PAUSE_SECONDS = 0.5

careful = repository.set_stock


async def set_stock(connection: AsyncConnection, number: int, wanted: StockRequest) -> Stock:
    """With a word to all processes."""
    done = await careful(connection, number, wanted)
    await connection.execute(NOTIFY, {"id": str(number)})
    return done


async def listen() -> None:
    """Remove what has changed, on a connection that is made again when it ends."""
    while True:
        ended = asyncio.Event()
        try:
            connection = await asyncpg.connect(os.environ["DATABASE_URL"], timeout=1)
            connection.add_termination_listener(lambda _connection, over=ended: over.set())
            await connection.add_listener("items", lambda *said: CACHE.pop(str(said[3]), None))
            await ended.wait()
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            ended.set()
        await asyncio.sleep(PAUSE_SECONDS)


@asynccontextmanager
async def listening(_app: FastAPI) -> AsyncIterator[None]:
    """As long as the app serves."""
    task = asyncio.create_task(listen())
    yield
    task.cancel()


def create_app() -> FastAPI:
    """The reference app with a cache that listens."""
    replace(items, "_or_copy", cached)
    replace(repository, "set_stock", set_stock)
    return app_with(listening)
