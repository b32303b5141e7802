"""Parcels that a worker confirms.

Broken: it marks what it has taken as sent in one transaction, and confirms in the next one. Sound:
one transaction does both.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

from tests.pairs.shop import AWAY, make_app

TABLES = (
    "CREATE TABLE IF NOT EXISTS parcel (id bigserial PRIMARY KEY, weight int NOT NULL,"
    " state text NOT NULL DEFAULT 'accepted');"
    "CREATE TABLE IF NOT EXISTS notice (id bigserial PRIMARY KEY,"
    " parcel_id bigint NOT NULL REFERENCES parcel, sent_at timestamptz)"
)
MARK = "UPDATE notice SET sent_at = now() WHERE sent_at IS NULL RETURNING parcel_id"
CONFIRM = "UPDATE parcel SET state = 'confirmed' WHERE id = ANY($1)"
ADD = "INSERT INTO parcel (weight) VALUES ($1) RETURNING id, weight, state"
NOTE = "INSERT INTO notice (parcel_id) VALUES ($1)"
READ = "SELECT id, weight, state FROM parcel WHERE id = $1"
PAUSE_SECONDS = 0.03


class Parcel(BaseModel):
    """What a client sends."""

    weight: int = Field(ge=1, le=1000)


async def work(app: FastAPI, *, at_once: bool) -> None:
    """Confirm what is there."""
    async with app.state.pool.acquire(timeout=1) as held:
        async with held.transaction():
            numbers = [row["parcel_id"] for row in await held.fetch(MARK)]
            if at_once:
                await held.execute(CONFIRM, numbers)
        if not at_once:
            async with held.transaction():
                await held.execute(CONFIRM, numbers)


def make(*, at_once: bool) -> FastAPI:
    @asynccontextmanager
    async def worker(app: FastAPI) -> AsyncIterator[None]:
        await app.state.pool.execute(TABLES)

        async def loop() -> None:
            while True:
                with suppress(*AWAY):
                    await work(app, at_once=at_once)
                await asyncio.sleep(PAUSE_SECONDS)

        task = asyncio.create_task(loop())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    app = make_app(worker)

    @app.post("/parcels", status_code=202)
    async def send(parcel: Parcel) -> dict[str, Any]:
        async with app.state.pool.acquire(timeout=1) as held, held.transaction():
            row = await held.fetchrow(ADD, parcel.weight)
            await held.execute(NOTE, row["id"])
        return dict(row)

    @app.get("/parcels/{number}")
    async def read(number: int) -> dict[str, Any]:
        async with app.state.pool.acquire(timeout=1) as held:
            row = await held.fetchrow(READ, number)
        if row is None:
            raise HTTPException(404)
        return dict(row)

    return app


def broken() -> FastAPI:
    return make(at_once=False)


def sound() -> FastAPI:
    return make(at_once=True)
