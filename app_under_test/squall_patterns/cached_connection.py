"""One connection, cached with aiocache for 60 s.

It breaks with the connection: whatever closes it, every request fails until the minute is over,
although the database is back. Silence stops everybody behind one lock. The lock is the one
addition to the tutorial: without it, two requests at once get "another operation is in progress",
and the app does not even survive calm. Every minute it forgets a connection without closing it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from aiocache import cached
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

lock = asyncio.Lock()


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Before the first request, and after the last."""
    await prepare()
    yield


app = FastAPI(lifespan=lifespan)
app.include_router(health.router)


@cached(ttl=60)  # type: ignore[untyped-decorator] # aiocache ships no types
async def get_connection() -> Any:  # noqa: ANN401 - asyncpg ships no types
    """The connection."""
    return await asyncpg.connect(URL)


@app.get("/items/{number}")
async def read_item(number: int) -> dict[str, Any]:
    """One item."""
    async with lock:
        connection = await get_connection()
        row = await connection.fetchrow(READ_ITEM, number)
    if row is None:
        raise HTTPException(404)
    return dict(row)


@app.get("/orders/{number}")
async def read_order(number: int) -> dict[str, Any]:
    """One order."""
    async with lock:
        connection = await get_connection()
        row = await connection.fetchrow(READ_ORDER, number)
    if row is None:
        raise HTTPException(404)
    return dict(row)


@app.post("/orders", status_code=201)
async def place_order(wanted: OrderIn, key: Key) -> dict[str, Any]:
    """Place an order."""
    async with lock:
        connection = await get_connection()
        async with connection.transaction():
            await connection.execute(TAKE, wanted.item_id, wanted.quantity)
            return dict(await connection.fetchrow(ADD_ORDER, wanted.item_id, wanted.quantity, key))
