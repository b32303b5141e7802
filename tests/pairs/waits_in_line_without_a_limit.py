"""Documents behind psycopg's asynchronous pool; changes of one wait for each other in the process.

Broken: the limit of a change is inside of its document's lock, so that each who waits for it is
later by one limit. Sound: the wait for the lock has the same limit.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import psycopg
from fastapi import FastAPI, Path
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from pydantic import BaseModel, Field

from tests.pairs.ninth_parts import BARE, LIMIT, bounded, refuse

TABLES = (
    "CREATE TABLE IF NOT EXISTS documents (id int PRIMARY KEY, words text NOT NULL)",
    """INSERT INTO documents SELECT n, 'words ' || n FROM generate_series(1, 4) n
    ON CONFLICT DO NOTHING""",
)
OPTIONS = {"connect_timeout": 1, "options": "-c statement_timeout=800", "autocommit": True}
Number = Annotated[int, Path(ge=1, le=4)]


class Words(BaseModel):
    """What a client sends."""

    words: str = Field(min_length=1, max_length=40)


@asynccontextmanager
async def locked(lock: asyncio.Lock, seconds: float | None) -> AsyncIterator[None]:
    """With the lock, if it is free in time."""
    async with asyncio.timeout(seconds):
        await lock.acquire()
    try:
        yield
    finally:
        lock.release()


def make(*, seconds: float | None) -> FastAPI:
    pool = AsyncConnectionPool(
        BARE, kwargs=OPTIONS, min_size=5, max_size=10, timeout=LIMIT, open=False
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await pool.open()
        async with pool.connection() as held:
            for sql in TABLES:
                await held.execute(sql.encode())
        yield
        await pool.close(timeout=1)

    app = FastAPI(lifespan=lifespan)
    refuse(app, psycopg.Error, PoolTimeout, TimeoutError)
    locks = {number: asyncio.Lock() for number in range(1, 5)}

    async def ask(sql: str, *values: object) -> Any:
        async def row(held: Any) -> Any:
            return await (await held.execute(sql, values)).fetchone()

        return await bounded(pool, row)

    @app.get("/documents/{number}")
    async def read(number: Number) -> dict[str, Any]:
        (words,) = await ask("SELECT words FROM documents WHERE id = %s", number)
        return {"id": number, "words": words}

    @app.put("/documents/{number}")
    async def change(number: Number, sent: Words) -> dict[str, Any]:
        sql = "UPDATE documents SET words = %s WHERE id = %s RETURNING words"
        async with locked(locks[number], seconds):
            (words,) = await ask(sql, sent.words, number)
        return {"id": number, "words": words}

    return app


def broken() -> FastAPI:
    return make(seconds=None)


def sound() -> FastAPI:
    return make(seconds=LIMIT)
