"""A start without the database goes on without a pool, for good. Sound: the pool is made later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from tests.pairs.shop import AWAY, URL, unavailable

ITEMS = "CREATE TABLE IF NOT EXISTS items (id int PRIMARY KEY, stock int)"
ROWS = "INSERT INTO items SELECT n, 10 FROM generate_series(1, 100) n ON CONFLICT DO NOTHING"
PAUSE_SECONDS = 0.1


async def connect(app: FastAPI) -> None:
    pool: Any = await asyncpg.create_pool(URL, min_size=1, max_size=5, timeout=1, command_timeout=1)
    await pool.execute(ITEMS)
    await pool.execute(ROWS)
    app.state.pool = pool


async def until_it_is_there(app: FastAPI) -> None:
    while app.state.pool is None:
        try:
            await connect(app)
        except AWAY:
            await asyncio.sleep(PAUSE_SECONDS)


def make(*, again: bool) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.pool = None
        task = None
        try:
            await connect(app)
        except AWAY:
            task = asyncio.create_task(until_it_is_there(app)) if again else None
        yield
        if task is not None:
            task.cancel()
        if app.state.pool is not None:
            app.state.pool.terminate()

    app = FastAPI(lifespan=lifespan)
    for kind in AWAY:
        app.add_exception_handler(kind, unavailable)

    @app.get("/items/{item_id}", response_model=None)
    async def read(item_id: int) -> dict[str, int] | JSONResponse:
        if app.state.pool is None:
            raise OSError("no pool yet")
        stock = await app.state.pool.fetchval("SELECT stock FROM items WHERE id = $1", item_id)
        return {"id": item_id, "stock": stock}

    @app.get("/readyz")
    async def ready() -> dict[str, str]:
        return {"status": "ready"}

    return app


def broken() -> FastAPI:
    return make(again=False)


def sound() -> FastAPI:
    return make(again=True)
