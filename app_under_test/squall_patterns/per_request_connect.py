"""A connection for each request, by dependency injection.

Nothing old can be stale: after an outage the next request is well at once. It breaks under load
and on slow networks: each request pays for TCP, authentication and the driver's introspection,
and each caller who waits holds, or asks for, a server process of its own, until PostgreSQL has no
connection left. ``asyncpg.connect`` waits 60 s and a statement for ever.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import asyncpg
from fastapi import Depends, FastAPI, HTTPException

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
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Before the first request, and after the last."""
    await prepare()
    yield


app = FastAPI(lifespan=lifespan)
app.include_router(health.router)


async def get_connection() -> AsyncIterator[Any]:
    """A connection for one request."""
    connection = await asyncpg.connect(URL)
    try:
        yield connection
    finally:
        await connection.close()


Connection = Annotated[Any, Depends(get_connection)]


@app.get("/items/{number}")
async def read_item(number: int, connection: Connection) -> dict[str, Any]:
    """One item."""
    row = await connection.fetchrow(READ_ITEM, number)
    if row is None:
        raise HTTPException(404)
    return dict(row)


@app.get("/orders/{number}")
async def read_order(number: int, connection: Connection) -> dict[str, Any]:
    """One order."""
    row = await connection.fetchrow(READ_ORDER, number)
    if row is None:
        raise HTTPException(404)
    return dict(row)


@app.post("/orders", status_code=201)
async def place_order(wanted: OrderIn, key: Key, connection: Connection) -> dict[str, Any]:
    """Place an order."""
    async with connection.transaction():
        await connection.execute(TAKE, wanted.item_id, wanted.quantity)
        return dict(await connection.fetchrow(ADD_ORDER, wanted.item_id, wanted.quantity, key))
