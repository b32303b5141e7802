"""Stations behind psycopg's asynchronous pool, which the first request makes.

Broken: requests that come while the pool is opened make others, and the last one is kept.
Sound: one makes it, and the others wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Annotated, Any

import psycopg
from fastapi import FastAPI, Path
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from pydantic import BaseModel, Field

from tests.pairs.ninth_parts import BARE, LIMIT, bounded, refuse

TABLES = (
    "CREATE TABLE IF NOT EXISTS stations (id int PRIMARY KEY, name text NOT NULL)",
    """INSERT INTO stations SELECT n, 'station ' || n FROM generate_series(1, 30) n
    ON CONFLICT DO NOTHING""",
)
Number = Annotated[int, Path(ge=1, le=30)]
OPTIONS = {"connect_timeout": 1, "options": "-c statement_timeout=800", "autocommit": True}


class Name(BaseModel):
    """What a client sends."""

    name: str = Field(min_length=1, max_length=40)


class LazyPool:
    """Five connections, when they are needed for the first time."""

    def __init__(self, *, one_at_a_time: bool) -> None:
        self._guard: Any = asyncio.Lock() if one_at_a_time else nullcontext()
        self._pool: AsyncConnectionPool | None = None

    async def get(self) -> AsyncConnectionPool:
        """The pool, open."""
        if self._pool is None:
            async with self._guard:
                if self._pool is None:
                    self._pool = await self._made()
        return self._pool

    async def _made(self) -> AsyncConnectionPool:
        pool = AsyncConnectionPool(
            BARE, kwargs=OPTIONS, min_size=5, max_size=5, timeout=LIMIT, open=False,
            check=AsyncConnectionPool.check_connection,
        )  # fmt: skip
        try:
            await pool.open(wait=True, timeout=LIMIT)
        except BaseException:
            await pool.close(timeout=0)
            raise
        return pool

    async def close(self) -> None:
        """All connections."""
        if self._pool is not None:
            await self._pool.close(timeout=1)


def make(*, one_at_a_time: bool) -> FastAPI:
    database = LazyPool(one_at_a_time=one_at_a_time)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with await psycopg.AsyncConnection.connect(BARE, connect_timeout=2) as held:
            for sql in TABLES:
                await held.execute(sql.encode())
        yield
        await database.close()

    app = FastAPI(lifespan=lifespan)
    refuse(app, psycopg.Error, PoolTimeout, TimeoutError)

    async def ask(sql: str, *values: object) -> Any:
        async def row(held: Any) -> Any:
            return await (await held.execute(sql, values)).fetchone()

        return await bounded(await database.get(), row)

    @app.get("/stations/{number}")
    async def read(number: Number) -> dict[str, Any]:
        (name,) = await ask("SELECT name FROM stations WHERE id = %s", number)
        return {"id": number, "name": name}

    @app.put("/stations/{number}")
    async def rename(number: Number, sent: Name) -> dict[str, Any]:
        sql = "UPDATE stations SET name = %s WHERE id = %s RETURNING name"
        (name,) = await ask(sql, sent.name, number)
        return {"id": number, "name": name}

    return app


def broken() -> FastAPI:
    return make(one_at_a_time=False)


def sound() -> FastAPI:
    return make(one_at_a_time=True)
