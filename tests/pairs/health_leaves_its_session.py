"""Sensors, and a health probe with a connection of its own.

Broken: the probe closes its connection after success only. Sound: it always ends it.
"""

from __future__ import annotations

from typing import Annotated, Any

import asyncpg
from fastapi import FastAPI, Path
from pydantic import BaseModel, Field

from tests.pairs.shop import URL, make_app, with_tables

TABLES = (
    "CREATE TABLE IF NOT EXISTS sensors (id int PRIMARY KEY, place text NOT NULL);"
    "INSERT INTO sensors SELECT n, 'place ' || n FROM generate_series(1, 50) n"
    " ON CONFLICT DO NOTHING"
)
Number = Annotated[int, Path(ge=1, le=50)]


class Place(BaseModel):
    """What a client sends."""

    place: str = Field(min_length=1, max_length=40)


def make(*, always: bool) -> FastAPI:
    app = make_app(with_tables(TABLES), places=10)

    @app.get("/health")
    async def health() -> dict[str, str]:
        held = await asyncpg.connect(URL, timeout=1)
        ended = False
        try:
            await held.fetchval("SELECT 1", timeout=0.5)
            await held.close(timeout=0.5)
            ended = True
        finally:
            if always and not ended:
                held.terminate()
        return {"status": "ok"}

    @app.get("/sensors/{number}")
    async def read(number: Number) -> dict[str, Any]:
        async with app.state.pool.acquire(timeout=1) as held:
            place = await held.fetchval("SELECT place FROM sensors WHERE id = $1", number)
        return {"id": number, "place": place}

    @app.put("/sensors/{number}")
    async def change(number: Number, sent: Place) -> dict[str, Any]:
        async with app.state.pool.acquire(timeout=1) as held:
            await held.execute("UPDATE sensors SET place = $1 WHERE id = $2", sent.place, number)
        return {"id": number, "place": sent.place}

    return app


def broken() -> FastAPI:
    return make(always=False)


def sound() -> FastAPI:
    return make(always=True)
