"""Notes behind psycopg's asynchronous pool; one version at a time makes the tables.

Broken: the lock around that is one of the session, which goes back to the pool with it.
Sound: it is one of the transaction.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import psycopg
from fastapi import FastAPI, Path
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from pydantic import BaseModel, Field

from tests.pairs.ninth_parts import BARE, LIMITS, bounded, refuse

TABLES = (
    "CREATE TABLE IF NOT EXISTS notes (id int PRIMARY KEY, words text NOT NULL)",
    "INSERT INTO notes SELECT n, 'note ' || n FROM generate_series(1, 50) n ON CONFLICT DO NOTHING",
)
OF_THE_SESSION = "SELECT pg_advisory_lock(4711)"
OF_THE_TRANSACTION = "SELECT pg_advisory_xact_lock(4711)"
Number = Annotated[int, Path(ge=1, le=50)]


class Note(BaseModel):
    """What a client sends."""

    words: str = Field(min_length=1, max_length=40)


def make(*, keeps: bool) -> FastAPI:
    pool = AsyncConnectionPool(BARE, min_size=10, max_size=10, timeout=1, open=False,
                               kwargs={"options": LIMITS, "connect_timeout": 2})  # fmt: skip

    async def make_tables() -> None:
        async with pool.connection() as held:
            await held.execute("SET LOCAL lock_timeout = 0")
            await held.execute("SET LOCAL statement_timeout = 0")
            await held.execute(OF_THE_SESSION if keeps else OF_THE_TRANSACTION)
            for statement in TABLES:
                await held.execute(statement)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await pool.open(wait=True)
        await make_tables()
        yield
        await pool.close()

    app = FastAPI(lifespan=lifespan)
    refuse(app, psycopg.Error, PoolTimeout, TimeoutError)

    @app.get("/notes/{number}")
    async def read(number: Number) -> dict[str, Any]:
        async def ask(held: psycopg.AsyncConnection[Any]) -> str:
            found = await held.execute("SELECT words FROM notes WHERE id = %s", (number,))
            row = await found.fetchone()
            return str(row[0]) if row else ""

        return {"id": number, "words": await bounded(pool, ask)}

    @app.put("/notes/{number}")
    async def change(number: Number, sent: Note) -> dict[str, Any]:
        async def ask(held: psycopg.AsyncConnection[Any]) -> None:
            await held.execute("UPDATE notes SET words = %s WHERE id = %s", (sent.words, number))

        await bounded(pool, ask)
        return {"id": number, "words": sent.words}

    @app.get("/notes")
    async def first() -> list[int]:
        async def ask(held: psycopg.AsyncConnection[Any]) -> list[int]:
            found = await held.execute("SELECT id FROM notes ORDER BY id LIMIT 10")
            return [row[0] for row in await found.fetchall()]

        return await bounded(pool, ask)

    return app


def broken() -> FastAPI:
    return make(keeps=True)


def sound() -> FastAPI:
    return make(keeps=False)
