"""Orders that a task of the app bills, by the library databases on asyncpg.

Broken: each process of the app looks for orders without a bill and makes it. Sound: a process locks
the orders that it bills, and leaves out what another one has locked.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
from databases import Database
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

from tests.pairs.ninth_parts import BARE, LIMIT, refuse

TABLES = (
    (
        "CREATE TABLE IF NOT EXISTS orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
        " item int NOT NULL, cents int NOT NULL, billed boolean NOT NULL DEFAULT false)"
    ),
    (
        "CREATE TABLE IF NOT EXISTS bills (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
        " order_id int NOT NULL, cents int NOT NULL)"
    ),
)
PLACE = "INSERT INTO orders (item, cents) VALUES (:item, :cents) RETURNING id"
OPEN = "SELECT id, cents FROM orders WHERE NOT billed ORDER BY id LIMIT 20"
BILL = "INSERT INTO bills (order_id, cents) VALUES (:id, :cents)"
DONE = "UPDATE orders SET billed = true WHERE id = :id"
READ = "SELECT item, cents FROM orders WHERE id = :id"
LAYOUT_SECONDS = 0.02
"""What a bill's page takes to be set."""
ERRORS = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
log = logging.getLogger("bills")


class Order(BaseModel):
    """What a client sends."""

    item: int = Field(ge=1, le=100)
    cents: int = Field(ge=1, le=9999)


async def bill_once(database: Database, which: str) -> None:
    """The orders that are open now."""
    async with database.transaction():
        for order in await database.fetch_all(which):
            await asyncio.sleep(LAYOUT_SECONDS)
            await database.execute(BILL, {"id": order["id"], "cents": order["cents"]})
            await database.execute(DONE, {"id": order["id"]})


async def bill_until(ends: asyncio.Event, database: Database, which: str) -> None:
    """Again and again. A round is finished, since the library gives a cancelled task's connection
    not back.
    """
    while not ends.is_set():
        try:
            await bill_once(database, which)
        except ERRORS as error:
            log.warning("bills wait: %s", type(error).__name__)
        with suppress(TimeoutError):
            async with asyncio.timeout(0.1):
                await ends.wait()


def make(*, locks: bool) -> FastAPI:
    database = Database(BARE, min_size=8, max_size=8, command_timeout=LIMIT, timeout=LIMIT)
    which = f"{OPEN} FOR UPDATE SKIP LOCKED" if locks else OPEN

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await database.connect()
        for statement in TABLES:
            await database.execute(statement)
        ends = asyncio.Event()
        billing = asyncio.create_task(bill_until(ends, database, which))
        yield
        ends.set()
        await billing
        await database.disconnect()

    app = FastAPI(lifespan=lifespan)
    refuse(app, *ERRORS)

    @app.post("/orders", status_code=201)
    async def place(sent: Order) -> dict[str, Any]:
        number = await database.execute(PLACE, sent.model_dump())
        return {"id": number, **sent.model_dump()}

    @app.get("/orders/{number}")
    async def read(number: int) -> dict[str, Any]:
        row = await database.fetch_one(READ, {"id": number})
        if row is None:
            raise HTTPException(404)
        return {"id": number, "item": row["item"], "cents": row["cents"]}

    return app


def broken() -> FastAPI:
    return make(locks=False)


def sound() -> FastAPI:
    return make(locks=True)
