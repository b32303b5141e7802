"""Orders whose lines are written side by side.

Broken: ``gather(..., return_exceptions=True)``, and nobody looks at what it returned.
Sound: order and lines are one transaction.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

from tests.pairs.shop import make_app, with_tables

TABLES = (
    "CREATE TABLE IF NOT EXISTS orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " buyer text NOT NULL);"
    "CREATE TABLE IF NOT EXISTS lines (order_id int NOT NULL, item int NOT NULL,"
    " quantity int NOT NULL)"
)
PLACE = "INSERT INTO orders (buyer) VALUES ($1) RETURNING id"
ADD = "INSERT INTO lines VALUES ($1, $2, $3)"
LINES = "SELECT item, quantity FROM lines WHERE order_id = $1 ORDER BY item, quantity"


class Line(BaseModel):
    """What is ordered."""

    item: int = Field(ge=1, le=100)
    quantity: int = Field(ge=1, le=9)


class Order(BaseModel):
    """What a client sends."""

    buyer: str = Field(min_length=1, max_length=30)
    lines: Annotated[list[Line], Field(min_length=2, max_length=4)]


def make(*, looks: bool) -> FastAPI:
    app = make_app(with_tables(TABLES), places=10)

    async def add(number: int, line: Line) -> None:
        async with app.state.pool.acquire(timeout=1) as held:
            await held.execute(ADD, number, line.item, line.quantity)

    async def in_one(sent: Order) -> int:
        async with app.state.pool.acquire(timeout=1) as held, held.transaction():
            number: int = await held.fetchval(PLACE, sent.buyer)
            rows = [(number, line.item, line.quantity) for line in sent.lines]
            await held.executemany(ADD, rows)
        return number

    async def side_by_side(sent: Order) -> int:
        async with app.state.pool.acquire(timeout=1) as held:
            number: int = await held.fetchval(PLACE, sent.buyer)
        await asyncio.gather(*(add(number, line) for line in sent.lines), return_exceptions=True)
        return number

    @app.post("/orders", status_code=201)
    async def place(sent: Order) -> dict[str, Any]:
        number = await (in_one if looks else side_by_side)(sent)
        return {"id": number, "buyer": sent.buyer, "lines": len(sent.lines)}

    @app.get("/orders/{number}")
    async def read(number: int) -> dict[str, Any]:
        async with app.state.pool.acquire(timeout=1) as held:
            buyer = await held.fetchval("SELECT buyer FROM orders WHERE id = $1", number)
            rows = await held.fetch(LINES, number)
        if buyer is None:
            raise HTTPException(404)
        return {"id": number, "buyer": buyer, "lines": len(rows)}

    return app


def broken() -> FastAPI:
    return make(looks=False)


def sound() -> FastAPI:
    return make(looks=True)
