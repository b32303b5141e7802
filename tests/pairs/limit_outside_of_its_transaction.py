"""Rooms behind psycopg's asynchronous pool, in autocommit, with a limit for each statement.

Broken: ``SET LOCAL`` stands outside of a transaction, where it does nothing. Sound: inside.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Annotated, Any

import psycopg
from fastapi import FastAPI, Path
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from pydantic import BaseModel, Field

from tests.pairs.ninth_parts import BARE, refuse

TABLES = (
    "CREATE TABLE IF NOT EXISTS rooms (id int PRIMARY KEY, beds int NOT NULL)",
    "INSERT INTO rooms SELECT n, 2 FROM generate_series(1, 50) n ON CONFLICT DO NOTHING",
)
Number = Annotated[int, Path(ge=1, le=50)]


class Beds(BaseModel):
    """What a client sends."""

    beds: int = Field(ge=1, le=9)


def make(*, inside: bool) -> FastAPI:
    pool = AsyncConnectionPool(BARE, min_size=10, max_size=10, timeout=1, open=False,
                               kwargs={"autocommit": True, "connect_timeout": 2})  # fmt: skip

    @asynccontextmanager
    async def limited() -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        async with pool.connection() as held, held.transaction() if inside else nullcontext():
            await held.execute("SET LOCAL statement_timeout = 800")
            yield held

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await pool.open(wait=True)
        async with pool.connection() as held:
            for statement in TABLES:
                await held.execute(statement)
        yield
        await pool.close()

    app = FastAPI(lifespan=lifespan)
    refuse(app, psycopg.Error, PoolTimeout)

    @app.get("/rooms/{number}")
    async def read(number: Number) -> dict[str, Any]:
        async with limited() as held:
            found = await held.execute("SELECT beds FROM rooms WHERE id = %s", (number,))
            row = await found.fetchone()
        return {"id": number, "beds": row[0] if row else 0}

    @app.put("/rooms/{number}")
    async def change(number: Number, sent: Beds) -> dict[str, Any]:
        async with limited() as held:
            await held.execute("UPDATE rooms SET beds = %s WHERE id = %s", (sent.beds, number))
        return {"id": number, "beds": sent.beds}

    @app.get("/rooms")
    async def first() -> list[int]:
        async with limited() as held:
            found = await held.execute("SELECT id FROM rooms ORDER BY id LIMIT 10")
            return [row[0] for row in await found.fetchall()]

    return app


def broken() -> FastAPI:
    return make(inside=False)


def sound() -> FastAPI:
    return make(inside=True)
