"""Two connections of two pools. Broken: taken with ``gather``; when one cannot be had, the other is
lost. Sound: each is given back.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
from fastapi import FastAPI

from tests.pairs.bases import SHELF, Number
from tests.pairs.shop import make_app, unavailable

TABLES = """CREATE TABLE IF NOT EXISTS shelf (id int PRIMARY KEY, name text);
INSERT INTO shelf SELECT n, 'shelf ' || n FROM generate_series(1, 40) n ON CONFLICT DO NOTHING"""
STOCK = "SELECT stock FROM items WHERE id = $1"


def make(*, gathers: bool) -> FastAPI:
    @asynccontextmanager
    async def second_pool(app: FastAPI) -> AsyncIterator[None]:
        await app.state.pool.execute(TABLES)
        async with asyncpg.create_pool(
            os.environ["DATABASE_URL"], min_size=3, max_size=3, timeout=1, command_timeout=1
        ) as app.state.second:
            yield

    app = make_app(second_pool)
    app.add_exception_handler(asyncpg.InterfaceError, unavailable)

    @app.get("/both/{number}")
    async def both(number: Number) -> dict[str, Any]:
        pools = (app.state.pool, app.state.second)
        async with AsyncExitStack() as given_back:
            if gathers:
                taking = (pool.acquire(timeout=0.5) for pool in pools)
                one, two = await asyncio.gather(*taking)
                given_back.push_async_callback(pools[0].release, one)
                given_back.push_async_callback(pools[1].release, two)
            else:
                one = await given_back.enter_async_context(pools[0].acquire(timeout=0.5))
                two = await given_back.enter_async_context(pools[1].acquire(timeout=0.5))
            stock = await one.fetchval(STOCK, number)
            return {"stock": stock, **dict(await two.fetchrow(f"{SHELF} $1", number))}

    return app


def broken() -> FastAPI:
    return make(gathers=True)


def sound() -> FastAPI:
    return make(gathers=False)
