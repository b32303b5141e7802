"""A write with a key. Broken: looked up, then inserted. Sound: a constraint decides."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import asyncpg
from fastapi import FastAPI, Header

from tests.pairs.shop import AWAY, unavailable

ADD = "INSERT INTO note (key) VALUES ($1)"
FIND = "SELECT id FROM note WHERE key = $1 ORDER BY id LIMIT 1"


def make(*, constraint: str, conflict: str) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(
            os.environ["DATABASE_URL"], min_size=5, max_size=5, timeout=1, command_timeout=1
        ) as app.state.pool:
            await app.state.pool.execute(
                f"CREATE TABLE IF NOT EXISTS note (id serial PRIMARY KEY, key text {constraint})"
            )
            yield

    app = FastAPI(lifespan=lifespan)
    for kind in AWAY:
        app.add_exception_handler(kind, unavailable)

    @app.post("/notes", status_code=201)
    async def add(idempotency_key: Annotated[str, Header()]) -> dict[str, int]:
        async with app.state.pool.acquire() as connection, connection.transaction():
            if await connection.fetchval(FIND, idempotency_key) is None:
                await connection.execute(f"{ADD} {conflict}", idempotency_key)
            return {"id": await connection.fetchval(FIND, idempotency_key)}

    @app.get("/notes")
    async def count() -> dict[str, int]:
        return {"notes": await app.state.pool.fetchval("SELECT count(*) FROM note")}

    return app


def broken() -> FastAPI:
    return make(constraint="", conflict="")


def sound() -> FastAPI:
    return make(constraint="UNIQUE", conflict="ON CONFLICT DO NOTHING")
