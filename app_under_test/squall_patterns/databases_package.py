"""The ``databases`` package, configured in its own file, with start-up and shut-down handlers.

It breaks when the database is not there at the start: the handler raises, and the app ends. Below
it lies asyncpg's pool without limits in time: a silent database holds ten connections and then
every caller. The newest release is 0.9.0; it works with today's SQLAlchemy and asyncpg.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, HTTPException

from squall_patterns.databases_config import database
from squall_patterns.shared import health
from squall_patterns.shared.shop import Key, OrderIn, prepare

app = FastAPI()
app.include_router(health.router)

READ_ITEM = "SELECT id, name, stock FROM items WHERE id = :id"
READ_ORDER = "SELECT id, item_id, quantity FROM orders WHERE id = :id"
TAKE = "UPDATE items SET stock = stock - :quantity WHERE id = :item_id"
ADD = """INSERT INTO orders (item_id, quantity, idempotency_key)
    VALUES (:item_id, :quantity, :key) RETURNING id, item_id, quantity"""


@app.on_event("startup")
async def startup() -> None:
    """Before the first request."""
    await prepare()
    await database.connect()


@app.on_event("shutdown")
async def shutdown() -> None:
    """After the last."""
    await database.disconnect()


@app.get("/items/{number}")
async def read_item(number: int) -> dict[str, Any]:
    """One item."""
    row = await database.fetch_one(READ_ITEM, {"id": number})
    if row is None:
        raise HTTPException(404)
    return dict(row._mapping)  # noqa: SLF001 - the package's own way to a dict


@app.get("/orders/{number}")
async def read_order(number: int) -> dict[str, Any]:
    """One order."""
    row = await database.fetch_one(READ_ORDER, {"id": number})
    if row is None:
        raise HTTPException(404)
    return dict(row._mapping)  # noqa: SLF001 - the same


@app.post("/orders", status_code=201)
async def place_order(wanted: OrderIn, key: Key) -> dict[str, Any]:
    """Place an order."""
    values = wanted.model_dump()
    async with database.transaction():
        await database.execute(TAKE, values)
        row = await database.fetch_one(ADD, {**values, "key": key})
    return dict(row._mapping) if row else {}  # noqa: SLF001 - the same
