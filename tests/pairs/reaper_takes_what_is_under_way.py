"""Bookings in two steps: a seat is held, then booked. What is held for too long is deleted.

Broken: the second step does not look whether there was a row to change. Sound: without one the
booking is refused.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from tests.pairs.ninth_parts import LIMIT, address, create_tables, refuse
from tests.pairs.shop import running

TABLES = (
    (
        "CREATE TABLE IF NOT EXISTS bookings (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
        " seat int NOT NULL, name text NOT NULL, state text NOT NULL,"
        " made timestamptz NOT NULL DEFAULT now())"
    ),
)
HOLD = text("INSERT INTO bookings (seat, name, state) VALUES (:seat, :name, 'held') RETURNING id")
BOOK = text("UPDATE bookings SET state = 'booked' WHERE id = :id")
REAP = text(
    "DELETE FROM bookings WHERE state = 'held' AND made < now() - interval '250 milliseconds'"
)
READ = text("SELECT id, seat, name FROM bookings WHERE id = :id AND state = 'booked'")
log = logging.getLogger("reaper")


class Booking(BaseModel):
    """What a client sends."""

    seat: int = Field(ge=1, le=500)
    name: str = Field(min_length=1, max_length=40)


def make(*, looks: bool) -> FastAPI:
    engine = create_async_engine(
        address("asyncpg"), pool_size=10, max_overflow=0, pool_timeout=1,
        connect_args={"timeout": LIMIT, "command_timeout": LIMIT},
    )  # fmt: skip

    async def reap() -> None:
        while True:
            try:
                async with engine.begin() as held:
                    await held.execute(REAP)
            except (SQLAlchemyError, OSError) as error:
                log.warning("reaper: %s", type(error).__name__)
            await asyncio.sleep(0.1)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await create_tables(engine, TABLES)
        async with running(reap()):
            yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)
    refuse(app, SQLAlchemyError, OSError)

    @app.post("/bookings", status_code=201)
    async def book(sent: Booking) -> dict[str, Any]:
        async with engine.begin() as held:
            number = (await held.execute(HOLD, sent.model_dump())).scalar_one()
        async with engine.begin() as held:
            changed = await held.execute(BOOK, {"id": number})
            if looks and not changed.rowcount:
                raise TimeoutError
        return {"id": number, "seat": sent.seat, "name": sent.name}

    @app.get("/bookings/{number}")
    async def read(number: int) -> dict[str, Any]:
        async with engine.connect() as held:
            row = (await held.execute(READ, {"id": number})).one_or_none()
        if row is None:
            raise HTTPException(404)
        return {"id": row.id, "seat": row.seat, "name": row.name}

    @app.get("/bookings")
    async def count() -> dict[str, int]:
        async with engine.connect() as held:
            found = await held.execute(text("SELECT count(*) FROM bookings"))
            return {"bookings": found.scalar_one()}

    return app


def broken() -> FastAPI:
    return make(looks=False)


def sound() -> FastAPI:
    return make(looks=True)
