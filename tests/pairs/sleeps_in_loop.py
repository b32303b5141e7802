"""A connection for each request, which is tried again after a pause.

Broken: ``time.sleep`` stops the event loop. Sound: ``asyncio.sleep``.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import psycopg
from fastapi import FastAPI, Path

from tests.pairs.shop import unavailable

TABLE = """CREATE TABLE IF NOT EXISTS town (id int PRIMARY KEY, name text);
INSERT INTO town SELECT n, 'town ' || n FROM generate_series(1, 50) n ON CONFLICT DO NOTHING"""
PAUSES = (0.05, 0.1, 0.2)
LIMIT_SECONDS = 1.0
PLACES = 10


async def _read(number: int) -> Any:
    options: dict[str, Any] = {
        "connect_timeout": 1,
        "options": "-c statement_timeout=700",
        "autocommit": True,
    }
    async with (
        asyncio.timeout(LIMIT_SECONDS),
        await psycopg.AsyncConnection.connect(os.environ["DATABASE_URL"], **options) as connection,
    ):
        cursor = await connection.execute("SELECT id, name FROM town WHERE id = %s", (number,))
        return await cursor.fetchone()


async def _read_with_pauses(number: int, *, blocks: bool) -> Any:
    for pause in PAUSES:
        try:
            return await _read(number)
        except psycopg.OperationalError:
            if blocks:
                time.sleep(pause)  # noqa: ASYNC251 - the mistake
            else:
                await asyncio.sleep(pause)
    return await _read(number)


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    async with await psycopg.AsyncConnection.connect(os.environ["DATABASE_URL"]) as connection:
        await connection.execute(TABLE)
    yield


def make(*, blocks: bool) -> FastAPI:
    app = FastAPI(lifespan=lifespan)
    for kind in (psycopg.Error, OSError, TimeoutError):
        app.add_exception_handler(kind, unavailable)
    places = asyncio.Semaphore(PLACES)

    @app.get("/towns/{number}")
    async def town(number: Annotated[int, Path(ge=1, le=50)]) -> dict[str, Any]:
        async with asyncio.timeout(2), places:
            found = await _read_with_pauses(number, blocks=blocks)
        return {"id": found[0], "name": found[1]}

    @app.get("/units/{metres}")
    async def feet(metres: Annotated[int, Path(ge=1, le=100)]) -> dict[str, float]:
        return {"metres": metres, "feet": round(metres / 0.3048, 2)}

    return app


def broken() -> FastAPI:
    return make(blocks=True)


def sound() -> FastAPI:
    return make(blocks=False)
