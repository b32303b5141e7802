"""Orders that two workers of the app ship, each of which takes a job for a quarter of a second.

Broken: whoever comes to the end writes the shipment, also when the job was given to the other one
meanwhile. Sound: the shipment is written by the one that ends the job first.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.pairs.bases import add_to_lifespan, async_app, async_engine
from tests.pairs.shop import AWAY, running

PAUSE_SECONDS = 0.05
TABLES = (
    """CREATE TABLE IF NOT EXISTS sale (
        id uuid PRIMARY KEY, key text UNIQUE, item int NOT NULL, done boolean NOT NULL,
        taken_until timestamptz)""",
    """CREATE TABLE IF NOT EXISTS shipment (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, sale uuid NOT NULL, item int NOT NULL)""",
)
TAKE = """UPDATE sale SET taken_until = clock_timestamp() + interval '0.25 s' WHERE id = (
    SELECT id FROM sale WHERE NOT done AND coalesce(taken_until < clock_timestamp(), true)
    LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id"""
END = "UPDATE sale SET done = true WHERE id = :id"
END_ONCE = "UPDATE sale SET done = true WHERE id = :id AND NOT done"
SHIP = "INSERT INTO shipment (sale, item) VALUES (:id, :item)"
Key = Annotated[str, Header(min_length=1, max_length=80)]


class Wanted(BaseModel):
    """What a client sends."""

    item: int = Field(ge=1, le=1000)


async def take(engine: AsyncEngine) -> uuid.UUID | None:
    """A job that nobody has now."""
    async with engine.begin() as held:
        found: uuid.UUID | None = (await held.execute(text(TAKE))).scalar_one_or_none()
        return found


async def ship(engine: AsyncEngine, job: uuid.UUID, *, once: bool) -> None:
    """The job's work, and its end."""
    async with engine.connect() as held:
        look_up = text("SELECT item FROM sale WHERE id = :id")
        item = (await held.execute(look_up, {"id": job})).scalar_one()
    async with engine.begin() as held:
        ended = await held.execute(text(END_ONCE if once else END), {"id": job})
        if ended.rowcount:
            await held.execute(text(SHIP), {"id": job, "item": item})


async def work(engine: AsyncEngine, *, once: bool) -> None:
    """Round after round, for ever."""
    while True:
        try:
            job = await take(engine)
            if job is not None:
                await ship(engine, job, once=once)
                continue
        except (*AWAY, SQLAlchemyError):
            logging.getLogger(__name__).warning("shipped in a later round")
        await asyncio.sleep(PAUSE_SECONDS)


def make(*, once: bool) -> FastAPI:
    engine = async_engine()
    app = async_app(engine, TABLES)

    @asynccontextmanager
    async def working() -> AsyncIterator[None]:
        async with running(work(engine, once=once)), running(work(engine, once=once)):
            yield

    add_to_lifespan(app, working)

    @app.post("/sales", status_code=201)
    async def sell(sent: Wanted, idempotency_key: Key) -> dict[str, Any]:
        values = {"id": uuid.uuid4(), "key": idempotency_key, "item": sent.item}
        async with engine.begin() as held:
            add = "INSERT INTO sale VALUES (:id, :key, :item, false) ON CONFLICT DO NOTHING"
            await held.execute(text(add), values)
            mine = text("SELECT id, item FROM sale WHERE key = :key")
            found = (await held.execute(mine, {"key": idempotency_key})).one()
        return {"id": str(found.id), "item": found.item}

    @app.get("/sales/{number}")
    async def read(number: uuid.UUID) -> dict[str, Any]:
        async with engine.begin() as held:
            mine = text("SELECT id, item FROM sale WHERE id = :id")
            found = (await held.execute(mine, {"id": number})).one_or_none()
        if found is None:
            raise HTTPException(404)
        return {"id": str(found.id), "item": found.item}

    return app


def broken() -> FastAPI:
    return make(once=False)


def sound() -> FastAPI:
    return make(once=True)
