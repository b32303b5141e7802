"""A small pool whose ``acquire`` waits for a place without a limit. Sound: the wait is bounded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI

from tests.pairs.shop import AWAY, URL, unavailable

ITEMS = (
    "CREATE TABLE IF NOT EXISTS items (id int PRIMARY KEY, stock int);"
    "INSERT INTO items SELECT n, 10 FROM generate_series(1, 100) n ON CONFLICT DO NOTHING"
)


def make(*, wait_seconds: float | None) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(
            URL, min_size=3, max_size=3, timeout=1, command_timeout=1
        ) as app.state.pool:
            await app.state.pool.execute(ITEMS)
            yield

    app = FastAPI(lifespan=lifespan)
    for kind in AWAY:
        app.add_exception_handler(kind, unavailable)

    @app.get("/items/{item_id}")
    async def read(item_id: int) -> dict[str, int]:
        async with app.state.pool.acquire(timeout=wait_seconds) as connection:
            stock = await connection.fetchval("SELECT stock FROM items WHERE id = $1", item_id)
            return {"id": item_id, "stock": stock}

    return app


def broken() -> FastAPI:
    return make(wait_seconds=None)


def sound() -> FastAPI:
    return make(wait_seconds=1)
