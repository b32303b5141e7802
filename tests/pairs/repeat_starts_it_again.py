"""Orders with a key, which a worker charges.

Broken: a repeat with the same key sets the order to "new" again. Sound: it leaves it as it is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import asyncpg
from databases import Database
from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel, Field

from tests.pairs.ninth_parts import BARE, LIMIT, refuse
from tests.pairs.shop import running

TABLES = (
    (
        "CREATE TABLE IF NOT EXISTS orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
        " key text NOT NULL UNIQUE, item int NOT NULL, status text NOT NULL)"
    ),
    "CREATE TABLE IF NOT EXISTS charges (order_id int NOT NULL, cents int NOT NULL)",
)
START_AGAIN = (
    "INSERT INTO orders (key, item, status) VALUES (:key, :item, 'new')"
    " ON CONFLICT (key) DO UPDATE SET item = excluded.item, status = excluded.status RETURNING id"
)
LEAVE = (
    "INSERT INTO orders (key, item, status) VALUES (:key, :item, 'new')"
    " ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING id"
)
OPEN = "SELECT id FROM orders WHERE status = 'new' ORDER BY id LIMIT 50 FOR UPDATE SKIP LOCKED"
CHARGE = "INSERT INTO charges VALUES (:id, 100)"
DONE = "UPDATE orders SET status = 'charged' WHERE id = :id"
ERRORS = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
log = logging.getLogger("charging")


class Order(BaseModel):
    """What a client sends."""

    item: int = Field(ge=1, le=100)


def make(*, again: bool) -> FastAPI:  # noqa: C901
    database = Database(BARE, min_size=10, max_size=10, command_timeout=LIMIT, timeout=LIMIT)
    place_sql = START_AGAIN if again else LEAVE

    async def charge_all() -> None:
        async with database.transaction():
            for row in await database.fetch_all(OPEN):
                await database.execute(CHARGE, {"id": row["id"]})
                await database.execute(DONE, {"id": row["id"]})

    async def charge() -> None:
        while True:
            try:
                # In a task of its own: the library keeps a task's connection, also a broken one.
                await asyncio.create_task(charge_all())
            except ERRORS as error:
                log.warning("charging: %s", type(error).__name__)
            await asyncio.sleep(0.05)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await database.connect()
        for statement in TABLES:
            await database.execute(statement)
        async with running(charge()):
            yield
        await database.disconnect()

    app = FastAPI(lifespan=lifespan)
    refuse(app, *ERRORS)

    @app.post("/orders", status_code=201)
    async def place(
        sent: Order, idempotency_key: Annotated[str, Header(min_length=1, max_length=100)]
    ) -> dict[str, Any]:
        values = {"key": idempotency_key, "item": sent.item}
        number = await database.execute(place_sql, values)
        return {"id": number, "item": sent.item}

    @app.get("/orders/{number}")
    async def read(number: int) -> dict[str, Any]:
        row = await database.fetch_one("SELECT id, item FROM orders WHERE id = :id",
                                       {"id": number})  # fmt: skip
        if row is None:
            raise HTTPException(404)
        return {"id": row["id"], "item": row["item"]}

    @app.get("/orders/{number}/charges")
    async def charges(number: int) -> list[int]:
        rows = await database.fetch_all("SELECT cents FROM charges WHERE order_id = :id",
                                        {"id": number})  # fmt: skip
        return [row["cents"] for row in rows]

    return app


def broken() -> FastAPI:
    return make(again=True)


def sound() -> FastAPI:
    return make(again=False)
