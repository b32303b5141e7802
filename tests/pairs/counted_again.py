"""Visits of pages are counted, and the transaction is sent again when its connection is lost.

Broken: as it was. Sound: with an identity that the database knows.
"""

from __future__ import annotations

import uuid
from typing import Annotated, Any

import asyncpg
from fastapi import FastAPI, Path

from tests.pairs.shop import make_app, send_again, with_tables

TABLES = (
    "CREATE TABLE IF NOT EXISTS page (id int PRIMARY KEY, visits bigint NOT NULL);"
    "CREATE TABLE IF NOT EXISTS visit (attempt uuid PRIMARY KEY);"
    "INSERT INTO page SELECT n, 0 FROM generate_series(1, 10) n ON CONFLICT DO NOTHING"
)
ONCE = "INSERT INTO visit VALUES ($1) ON CONFLICT DO NOTHING RETURNING attempt"
COUNT = "UPDATE page SET visits = visits + 1 WHERE id = $1"
PAGE = "SELECT visits FROM page WHERE id = $1"
Number = Annotated[int, Path(ge=1, le=10)]


def make(*, known: bool) -> FastAPI:
    app = make_app(with_tables(TABLES), places=10)

    @app.post("/pages/{number}/visits")
    async def visit(number: Number) -> dict[str, Any]:
        attempt = uuid.uuid4()

        async def count(held: asyncpg.Connection) -> int:
            async with held.transaction():
                if not known or await held.fetchval(ONCE, attempt) is not None:
                    await held.execute(COUNT, number)
            return number

        return {"page": await send_again(app.state.pool, count)}

    @app.get("/pages/{number}")
    async def read(number: Number) -> dict[str, Any]:
        async with app.state.pool.acquire(timeout=1) as held:
            return {"page": number, "visits": await held.fetchval(PAGE, number)}

    return app


def broken() -> FastAPI:
    return make(known=False)


def sound() -> FastAPI:
    return make(known=True)
