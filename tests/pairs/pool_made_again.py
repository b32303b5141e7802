"""Readings of meters.

Broken: after any error of the database the pool is made again, and the old one is ended with all
that runs in it. Sound: the pool replaces what is broken by itself.
"""

from __future__ import annotations

from typing import Annotated, Any

import asyncpg
from fastapi import FastAPI, Header, HTTPException, Path, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from tests.pairs.shop import AWAY, URL, make_app, unavailable, with_tables

TABLES = (
    "CREATE TABLE IF NOT EXISTS meter (id int PRIMARY KEY, last int NOT NULL);"
    "CREATE TABLE IF NOT EXISTS reading (key text PRIMARY KEY, meter_id int, value int NOT NULL);"
    "INSERT INTO meter SELECT n, 0 FROM generate_series(1, 40) n ON CONFLICT DO NOTHING"
)
ADD = "INSERT INTO reading VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING key"
LAST = "UPDATE meter SET last = $2 WHERE id = $1"
Number = Annotated[int, Path(ge=1, le=40)]
Key = Annotated[str, Header(min_length=1, max_length=80)]


class Reading(BaseModel):
    """What a client sends."""

    value: int = Field(ge=0, le=100_000)


async def connect() -> asyncpg.Pool:
    """As the first one."""
    pool = asyncpg.create_pool(URL, min_size=5, max_size=5, timeout=1, command_timeout=1)
    return await pool


def make(*, again: bool) -> FastAPI:
    app = make_app(with_tables(TABLES))

    async def failed(request: Request, error: Exception) -> JSONResponse:
        old, app.state.pool = app.state.pool, await connect()
        old.terminate()
        return await unavailable(request, error)

    if again:
        for kind in AWAY:
            app.add_exception_handler(kind, failed)

    @app.post("/meters/{number}/readings", status_code=201)
    async def add(number: Number, sent: Reading, idempotency_key: Key) -> dict[str, Any]:
        async with app.state.pool.acquire(timeout=1) as held, held.transaction():
            if await held.fetchval(ADD, idempotency_key, number, sent.value):
                await held.execute(LAST, number, sent.value)
        return {"key": idempotency_key, "meter": number, "value": sent.value}

    @app.get("/readings/{key}")
    async def read(key: Annotated[str, Path(max_length=80)]) -> dict[str, Any]:
        async with app.state.pool.acquire(timeout=1) as held:
            row = await held.fetchrow("SELECT * FROM reading WHERE key = $1", key)
        if row is None:
            raise HTTPException(404)
        return dict(row)

    @app.get("/meters/{number}")
    async def meter(number: Number) -> dict[str, Any]:
        async with app.state.pool.acquire(timeout=1) as held:
            await held.fetchval("SELECT last FROM meter WHERE id = $1", number)
        return {"id": number, "unit": "kWh"}

    return app


def broken() -> FastAPI:
    return make(again=True)


def sound() -> FastAPI:
    return make(again=False)
