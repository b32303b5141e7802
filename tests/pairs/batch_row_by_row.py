"""Readings that come as lists.

Broken: each of them is committed by itself. Sound: all of them in one transaction.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, Field

from tests.pairs.shop import make_app, with_tables

TABLE = (
    "CREATE TABLE IF NOT EXISTS reading (id bigserial PRIMARY KEY, sensor int NOT NULL,"
    " value double precision NOT NULL)"
)
ADD = "INSERT INTO reading (sensor, value) VALUES ($1, $2)"
LATEST = "SELECT sensor, value FROM reading ORDER BY id DESC LIMIT 10"


class Reading(BaseModel):
    """What a client sends, several at once."""

    sensor: int = Field(ge=1, le=5)
    value: float = Field(ge=-50, le=150)


def make(*, at_once: bool) -> FastAPI:
    app = make_app(with_tables(TABLE), places=10)

    @app.post("/readings/batch", status_code=201)
    async def store(readings: list[Reading]) -> dict[str, int]:
        rows = [(each.sensor, each.value) for each in readings]
        async with app.state.pool.acquire(timeout=1) as held:
            if at_once:
                async with held.transaction():
                    for row in rows:
                        await held.execute(ADD, *row)
            else:
                for row in rows:
                    await held.execute(ADD, *row)
        return {"stored": len(rows)}

    @app.get("/readings")
    async def latest() -> list[dict[str, Any]]:
        async with app.state.pool.acquire(timeout=1) as held:
            return [dict(row) for row in await held.fetch(LATEST)]

    return app


def broken() -> FastAPI:
    return make(at_once=False)


def sound() -> FastAPI:
    return make(at_once=True)
