"""Prices, of which each process keeps copies for a second.

Broken: a new price is kept before its transaction is committed, whatever becomes of it. Sound: the
copy is dropped, before and after.
"""

from __future__ import annotations

import time
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Path, Response
from pydantic import BaseModel, Field

from tests.pairs.shop import make_app, with_tables

TABLES = (
    "CREATE TABLE IF NOT EXISTS product (id int PRIMARY KEY, name text, price int NOT NULL);"
    "INSERT INTO product SELECT n, 'product ' || n, 100 + n FROM generate_series(1, 20) n"
    " ON CONFLICT DO NOTHING"
)
READ = "SELECT id, name, price FROM product WHERE id = $1"
WRITE = "UPDATE product SET price = $2 WHERE id = $1 RETURNING id, name, price"
KEPT_SECONDS = 1.0
Number = Annotated[int, Path(ge=1, le=20)]


class Price(BaseModel):
    """What a client sends."""

    price: int = Field(ge=1, le=10_000)


def make(*, drops: bool) -> FastAPI:
    app = make_app(with_tables(TABLES), places=10)
    kept: dict[int, tuple[float, dict[str, Any]]] = {}

    @app.put("/products/{number}/price")
    async def change(number: Number, sent: Price) -> dict[str, Any]:
        kept.pop(number, None)
        async with app.state.pool.acquire(timeout=1) as held, held.transaction():
            row = dict(await held.fetchrow(WRITE, number, sent.price))
            if not drops:
                kept[number] = (time.monotonic(), row)
        if drops:
            kept.pop(number, None)
        return row

    @app.get("/products/{number}")
    async def read(number: Number, response: Response) -> dict[str, Any]:
        since, copy = kept.get(number, (0.0, {}))
        age = time.monotonic() - since
        if copy and age < KEPT_SECONDS:
            response.headers["Age"] = f"{age:.0f}"
            return copy
        async with app.state.pool.acquire(timeout=1) as held:
            row = await held.fetchrow(READ, number)
        if row is None:
            raise HTTPException(404)
        return dict(row)

    return app


def broken() -> FastAPI:
    return make(drops=False)


def sound() -> FastAPI:
    return make(drops=True)
