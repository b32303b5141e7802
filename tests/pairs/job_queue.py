"""Jobs that a worker takes. Broken: it ends at an error. Sound: it waits a moment and goes on."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI

from tests.pairs.shop import AWAY, unavailable

TABLE = "CREATE TABLE IF NOT EXISTS job (id serial PRIMARY KEY, done boolean DEFAULT false)"
TAKE = (
    "UPDATE job SET done = true WHERE id = (SELECT id FROM job WHERE NOT done ORDER BY id LIMIT 1"
    " FOR UPDATE SKIP LOCKED) RETURNING id"
)


async def work(pool: asyncpg.Pool, *, survives: bool) -> None:
    while True:
        try:
            taken = await pool.fetchval(TAKE)
        except AWAY:
            if not survives:
                return
            taken = None
        if taken is None:
            await asyncio.sleep(0.02)


def make(*, survives: bool) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(
            os.environ["DATABASE_URL"], min_size=5, max_size=5, timeout=1, command_timeout=1
        ) as app.state.pool:
            await app.state.pool.execute(TABLE)
            worker = asyncio.create_task(work(app.state.pool, survives=survives))
            yield
            worker.cancel()

    app = FastAPI(lifespan=lifespan)
    for kind in AWAY:
        app.add_exception_handler(kind, unavailable)

    @app.post("/jobs", status_code=202)
    async def add() -> dict[str, int]:
        return {"id": await app.state.pool.fetchval("INSERT INTO job DEFAULT VALUES RETURNING id")}

    @app.get("/jobs")
    async def count() -> dict[str, int]:
        return {"jobs": await app.state.pool.fetchval("SELECT count(*) FROM job")}

    return app


def broken() -> FastAPI:
    return make(survives=False)


def sound() -> FastAPI:
    return make(survives=True)
