"""A write, and its answer. Broken: committed after `yield`, when the answer is out. Sound: before.

FastAPI runs what follows the `yield` of a dependency after the response was sent (0.118 and later).
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from fastapi import Depends, FastAPI

from tests.pairs.shop import AWAY, unavailable


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(
        os.environ["DATABASE_URL"], min_size=5, max_size=5, timeout=1, command_timeout=1
    ) as app.state.pool:
        await app.state.pool.execute(
            "CREATE TABLE IF NOT EXISTS note (id serial PRIMARY KEY, title text)"
        )
        yield


def make(*, early: bool) -> FastAPI:
    app = FastAPI(lifespan=lifespan)
    for kind in AWAY:
        app.add_exception_handler(kind, unavailable)

    async def transaction() -> AsyncIterator[asyncpg.Connection]:
        async with app.state.pool.acquire() as connection, connection.transaction():
            yield connection

    own = Depends(transaction, scope="request" if early else "function")

    @app.post("/notes", status_code=201)
    async def add(connection: asyncpg.Connection = own) -> dict[str, int]:
        sql = "INSERT INTO note (title) VALUES ('x') RETURNING id"
        return {"id": await connection.fetchval(sql)}

    @app.get("/notes")
    async def count() -> dict[str, int]:
        return {"notes": await app.state.pool.fetchval("SELECT count(*) FROM note")}

    return app


def broken() -> FastAPI:
    return make(early=True)


def sound() -> FastAPI:
    return make(early=False)
