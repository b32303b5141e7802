"""Orders that run again after a conflict; the answer tells their total.

Broken: the total that is told is summed over all attempts. Sound: each attempt begins at 0. The row
has the right one in both.
"""

from __future__ import annotations

from typing import Any

import asyncpg
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

from tests.pairs.shop import make_app, with_tables

TABLES = (
    "CREATE TABLE IF NOT EXISTS product (id int PRIMARY KEY, cents int NOT NULL);"
    "INSERT INTO product SELECT n, 100 + 7 * n FROM generate_series(1, 8) n ON CONFLICT DO NOTHING;"
    "CREATE TABLE IF NOT EXISTS purchase (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " product int NOT NULL, pieces int NOT NULL, total int NOT NULL)"
)
PRICE = "SELECT cents FROM product WHERE id = $1"
ADD = (
    "INSERT INTO purchase (product, pieces, total)"
    " SELECT id, $2::int, cents * $2::int FROM product WHERE id = $1 RETURNING id"
)
FOUND = "SELECT id, product, pieces, total FROM purchase WHERE id = $1"
ATTEMPTS = 4
CONFLICTS = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)


class Purchase(BaseModel):
    """What a client sends."""

    product: int = Field(ge=1, le=8)
    pieces: int = Field(ge=1, le=20)


class Basket:
    """What is told of a purchase."""

    number = 0
    total = 0


async def buy(held: asyncpg.Connection, sent: Purchase, basket: Basket) -> None:
    """One attempt."""
    async with held.transaction(isolation="serializable"):
        basket.total += sent.pieces * await held.fetchval(PRICE, sent.product)
        basket.number = await held.fetchval(ADD, sent.product, sent.pieces)


def make(*, begins_again: bool) -> FastAPI:
    app = make_app(with_tables(TABLES), places=10)

    async def attempts(held: asyncpg.Connection, sent: Purchase) -> Basket:
        basket = Basket()
        for left in reversed(range(ATTEMPTS)):
            try:
                await buy(held, sent, basket)
            except CONFLICTS:
                if not left:
                    raise
                basket = Basket() if begins_again else basket
            else:
                break
        return basket

    @app.post("/purchases", status_code=201)
    async def purchase(sent: Purchase) -> dict[str, int]:
        async with app.state.pool.acquire(timeout=1) as held:
            basket = await attempts(held, sent)
        return {"id": basket.number, "total": basket.total}

    @app.get("/purchases/{number}")
    async def read(number: int) -> dict[str, Any]:
        async with app.state.pool.acquire(timeout=1) as held:
            found = await held.fetchrow(FOUND, number)
        if found is None:
            raise HTTPException(404)
        return dict(found)

    return app


def broken() -> FastAPI:
    return make(begins_again=False)


def sound() -> FastAPI:
    return make(begins_again=True)
