"""Orders that a relay in the background ships.

Broken: it remembers the highest number that it saw, and looks for higher ones; a smaller number
that is committed later is never seen. Sound: it looks for what is not shipped.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from tests.pairs.ninth_parts import LIMITS, address, create_tables, refuse
from tests.pairs.shop import running

TABLES = (
    (
        "CREATE TABLE IF NOT EXISTS orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
        " item int NOT NULL, shipped boolean NOT NULL DEFAULT false)"
    ),
    "CREATE TABLE IF NOT EXISTS journal (order_id int NOT NULL, line text NOT NULL)",
)
PLACE = text("INSERT INTO orders (item) VALUES (:item) RETURNING id")
NOTE = text("INSERT INTO journal VALUES (:id, 'placed')")
ABOVE = text("SELECT id FROM orders WHERE id > :last ORDER BY id LIMIT 200")
OPEN = text("SELECT id FROM orders WHERE NOT shipped ORDER BY id LIMIT 200")
SHIP = text("UPDATE orders SET shipped = true WHERE id = ANY(:ids)")
LAST = text("SELECT coalesce(max(id), 0) FROM orders WHERE shipped")
log = logging.getLogger("relay")


class Order(BaseModel):
    """What a client sends."""

    item: int = Field(ge=1, le=100)


def make(*, remembers: bool) -> FastAPI:  # noqa: C901
    engine = create_async_engine(
        address("psycopg"), pool_size=10, max_overflow=5, pool_timeout=1,
        connect_args={"connect_timeout": 2, "options": LIMITS},
    )  # fmt: skip

    async def ship(last: int) -> int:
        async with engine.begin() as held:
            wanted = held.execute(ABOVE, {"last": last}) if remembers else held.execute(OPEN)
            found: list[int] = list((await wanted).scalars())
            if found:
                await held.execute(SHIP, {"ids": found})
        return max([last, *found])

    async def relay() -> None:
        last = -1
        while True:
            try:
                if last < 0:
                    async with engine.connect() as held:
                        last = (await held.execute(LAST)).scalar_one()
                last = await ship(last)
            except (SQLAlchemyError, OSError) as error:
                log.warning("relay: %s", type(error).__name__)
            await asyncio.sleep(0.1)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await create_tables(engine, TABLES)
        async with running(relay()):
            yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)
    refuse(app, SQLAlchemyError, OSError)

    @app.post("/orders", status_code=201)
    async def place(sent: Order) -> dict[str, int]:
        async with engine.begin() as held:
            number: int = (await held.execute(PLACE, {"item": sent.item})).scalar_one()
            await held.execute(NOTE, {"id": number})
        return {"id": number, "item": sent.item}

    @app.get("/orders/{number}")
    async def read(number: int) -> dict[str, int]:
        async with engine.connect() as held:
            found = await held.execute(text("SELECT item FROM orders WHERE id = :id"),
                                       {"id": number})  # fmt: skip
            item = found.scalar_one_or_none()
        if item is None:
            raise HTTPException(404)
        return {"id": number, "item": item}

    @app.get("/journal/{number}")
    async def journal(number: int) -> list[str]:
        async with engine.connect() as held:
            rows = await held.execute(text("SELECT line FROM journal WHERE order_id = :id"),
                                      {"id": number})  # fmt: skip
            return list(rows.scalars())

    return app


def broken() -> FastAPI:
    return make(remembers=True)


def sound() -> FastAPI:
    return make(remembers=False)
