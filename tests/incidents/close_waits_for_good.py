"""The shutdown waits for a place that is never given back. Sound: it is, and the wait bounded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI

from tests.pairs.shop import AWAY, URL, unavailable


def make(*, gives_back: bool) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        pool = await asyncpg.create_pool(URL, min_size=2, max_size=6, timeout=1, command_timeout=1)
        app.state.pool = pool
        await pool.execute("CREATE TABLE IF NOT EXISTS items (id int PRIMARY KEY, stock int)")
        listener = await pool.acquire()
        yield
        if not gives_back:
            await pool.close()
            return
        await pool.release(listener)
        try:
            await asyncio.wait_for(pool.close(), 2)
        except TimeoutError:
            pool.terminate()

    app = FastAPI(lifespan=lifespan)
    for kind in AWAY:
        app.add_exception_handler(kind, unavailable)

    @app.get("/items/{item_id}")
    async def read(item_id: int) -> dict[str, int]:
        return {"id": item_id, "more": await app.state.pool.fetchval("SELECT $1 + 1", item_id)}

    return app


def broken() -> FastAPI:
    return make(gives_back=False)


def sound() -> FastAPI:
    return make(gives_back=True)
