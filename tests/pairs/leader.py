"""A job of the process that has a session's lock. Broken: the lock is asked for once. Sound: again
when its session is lost.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI

from tests.pairs.shop import AWAY, make_app, running

LOCK = "SELECT pg_try_advisory_lock(4711)"
BEAT = "INSERT INTO beat DEFAULT VALUES"
TABLE = "CREATE TABLE IF NOT EXISTS beat (id serial PRIMARY KEY, at timestamptz DEFAULT now())"

log = logging.getLogger("leader")


async def lead(*, again: bool) -> None:
    """Beat while we have the lock."""
    connection: asyncpg.Connection | None = None
    while True:
        try:
            if connection is None or (again and connection.is_closed()):
                connection = await asyncpg.connect(
                    os.environ["DATABASE_URL"], timeout=1, command_timeout=1
                )
                await connection.fetchval(LOCK)
            await connection.execute(BEAT)
        except AWAY as error:
            log.warning("no beat: %s", type(error).__name__)
        await asyncio.sleep(0.2)


def make(*, again: bool) -> FastAPI:
    @asynccontextmanager
    async def leading(app: FastAPI) -> AsyncIterator[None]:
        await app.state.pool.execute(TABLE)
        async with running(lead(again=again)):
            yield

    app = make_app(leading)

    @app.get("/beats")
    async def beats() -> dict[str, bool]:
        return {"any": await app.state.pool.fetchval("SELECT EXISTS (SELECT FROM beat)")}

    return app


def broken() -> FastAPI:
    return make(again=False)


def sound() -> FastAPI:
    return make(again=True)
