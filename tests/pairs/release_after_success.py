"""A connection is given back behind the statement, and not in a ``finally``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

from tests.pairs.shop import make_app, with_tables

Ask = Callable[[FastAPI, str, tuple[Any, ...]], Awaitable[Any]]


class Wanted(BaseModel):
    item_id: int = Field(ge=1, le=100)


async def careless(app: FastAPI, sql: str, values: tuple[Any, ...]) -> Any:
    connection = await app.state.pool.acquire(timeout=1)
    row = await connection.fetchrow(sql, *values)
    await app.state.pool.release(connection)
    return row


async def careful(app: FastAPI, sql: str, values: tuple[Any, ...]) -> Any:
    async with app.state.pool.acquire(timeout=1) as connection:
        return await connection.fetchrow(sql, *values)


def make(ask: Ask) -> FastAPI:
    app = make_app(
        with_tables(
            "CREATE TABLE IF NOT EXISTS sales"
            " (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, item_id int NOT NULL)"
        )
    )

    @app.post("/sales", status_code=201)
    async def sell(wanted: Wanted) -> dict[str, int]:
        sql = "INSERT INTO sales (item_id) VALUES ($1) RETURNING id, item_id"
        return dict(await ask(app, sql, (wanted.item_id,)))

    @app.get("/sales/{number}")
    async def sale(number: int) -> dict[str, int]:
        row = await ask(app, "SELECT id, item_id FROM sales WHERE id = $1", (number,))
        if row is None:
            raise HTTPException(404)
        return dict(row)

    return app


def broken() -> FastAPI:
    return make(careless)


def sound() -> FastAPI:
    return make(careful)
