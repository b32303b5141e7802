"""A stream of rows. Broken: its connection is given back when all was read. Sound: always."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI, HTTPException
from fastapi.responses import StreamingResponse

from tests.pairs.bases import SHELF, Number, ask, psycopg_app
from tests.sound_apps.notes import _in_time

PART = "SELECT id, name FROM shelf ORDER BY id OFFSET %s LIMIT 10"
PARTS = 4


def make(*, always: bool) -> FastAPI:
    app = psycopg_app()

    async def part(connection: Any, number: int) -> str:
        cursor = await connection.execute(PART, (10 * number,))
        return "".join(f"{row[0]},{row[1]}\n" for row in await cursor.fetchall())

    async def lines(connection: Any, first: str) -> AsyncIterator[str]:
        whole = False
        try:
            yield first
            for number in range(1, PARTS):
                await asyncio.sleep(0.01)
                yield await _in_time(connection, part(connection, number))
            whole = True
        finally:
            if always or whole:
                await app.state.pool.putconn(connection)

    @app.get("/export")
    async def export() -> StreamingResponse:
        connection = await app.state.pool.getconn(timeout=1)
        try:
            first = await _in_time(connection, part(connection, 0))
        except BaseException:
            await app.state.pool.putconn(connection)
            raise
        return StreamingResponse(lines(connection, first), media_type="text/csv")

    @app.get("/shelves/{number}")
    async def shelf(number: Number) -> dict[str, Any]:
        row = await ask(app.state.pool, f"{SHELF} {number}")
        if row is None:
            raise HTTPException(404)
        return {"id": row[0], "name": row[1]}

    return app


def broken() -> FastAPI:
    return make(always=False)


def sound() -> FastAPI:
    return make(always=True)
