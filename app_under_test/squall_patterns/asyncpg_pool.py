"""asyncpg's own pool, made at the start with its defaults: ten connections, no limit in time.

It breaks when the database is silent: ten requests wait for ever, all others wait for them, and
connections that stay silent are never given back. A connection that was closed is noticed when it
is taken, so restarts cost little.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from fastapi import FastAPI, HTTPException

from squall_patterns.shared import health
from squall_patterns.shared.shop import (
    ADD_ORDER,
    READ_ITEM,
    READ_ORDER,
    TAKE,
    URL,
    Key,
    OrderIn,
    prepare,
)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Before the first request, and after the last."""
    await prepare()
    async with asyncpg.create_pool(URL) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)
app.include_router(health.router)


@app.get("/items/{number}")
async def read_item(number: int) -> dict[str, Any]:
    """One item."""
    row = await app.state.pool.fetchrow(READ_ITEM, number)
    if row is None:
        raise HTTPException(404)
    return dict(row)


@app.get("/orders/{number}")
async def read_order(number: int) -> dict[str, Any]:
    """One order."""
    row = await app.state.pool.fetchrow(READ_ORDER, number)
    if row is None:
        raise HTTPException(404)
    return dict(row)


@app.post("/orders", status_code=201)
async def place_order(wanted: OrderIn, key: Key) -> dict[str, Any]:
    """Place an order."""
    async with app.state.pool.acquire() as connection, connection.transaction():
        await connection.execute(TAKE, wanted.item_id, wanted.quantity)
        return dict(await connection.fetchrow(ADD_ORDER, wanted.item_id, wanted.quantity, key))
