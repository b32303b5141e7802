"""Orders in two steps, as a saga has them: stock is held, then the order is made.

When the second step fails, what is held is given back. Broken: by one attempt, whose error is
logged. Sound: a task also gives back what was held for too long.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import psycopg
from fastapi import FastAPI, HTTPException, Path
from psycopg_pool import PoolTimeout
from pydantic import BaseModel, Field

from tests.pairs.bases import psycopg_app
from tests.pairs.ninth_parts import bounded, refuse
from tests.pairs.shop import running

TABLES = (
    "CREATE TABLE IF NOT EXISTS wares (id int PRIMARY KEY, free int NOT NULL)",
    """CREATE TABLE IF NOT EXISTS orders
        (id uuid PRIMARY KEY, ware int NOT NULL, pieces int NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS holds (id uuid PRIMARY KEY, ware int NOT NULL,
        pieces int NOT NULL, made timestamptz NOT NULL DEFAULT now())""",
    "INSERT INTO wares SELECT n, 5000 FROM generate_series(1, 20) n ON CONFLICT DO NOTHING",
)
TAKE = "UPDATE wares SET free = free - %s WHERE id = %s AND free >= %s"
HOLD = "INSERT INTO holds (id, ware, pieces) VALUES (%s, %s, %s)"
ORDER = "INSERT INTO orders VALUES (%s, %s, %s)"
USE = "DELETE FROM holds WHERE id = %s"
END = "DELETE FROM holds WHERE id = %s RETURNING ware, pieces"
END_OLD = """DELETE FROM holds WHERE made < now() - interval '2 seconds'
    RETURNING ware, pieces"""
GIVE = "UPDATE wares SET free = free + %s WHERE id = %s"
AWAY = (psycopg.Error, PoolTimeout, TimeoutError, OSError)
Number = Annotated[int, Path(ge=1, le=20)]
log = logging.getLogger("holds")


class Order(BaseModel):
    """What a client sends."""

    ware: int = Field(ge=1, le=20)
    pieces: int = Field(ge=1, le=3)


async def give_back(held: Any, which: str, *values: object) -> None:
    """End these holds, and add to the stock what they held."""
    async with held.transaction():
        for ware, pieces in await (await held.execute(which, values)).fetchall():
            await held.execute(GIVE, (pieces, ware))


async def sweep(pool: Any) -> None:
    """Give back what was held for too long, again and again."""
    while True:
        try:
            await bounded(pool, lambda held: give_back(held, END_OLD))
        except AWAY as error:
            log.warning("old holds wait: %s", type(error).__name__)
        await asyncio.sleep(0.3)


@asynccontextmanager
async def sweeping(app: FastAPI) -> AsyncIterator[None]:
    async with running(sweep(app.state.pool)):
        yield


@asynccontextmanager
async def not_sweeping(_app: FastAPI) -> AsyncIterator[None]:
    yield


def make(*, sweeps: bool) -> FastAPI:
    app = psycopg_app(TABLES, sweeping if sweeps else not_sweeping)
    refuse(app, TimeoutError)

    async def hold(held: Any, made: uuid.UUID, sent: Order) -> None:
        async with held.transaction():
            taken = await held.execute(TAKE, (sent.pieces, sent.ware, sent.pieces))
            if not taken.rowcount:
                raise HTTPException(409, "There is not enough of it.")
            await held.execute(HOLD, (made, sent.ware, sent.pieces))

    async def order(held: Any, made: uuid.UUID, sent: Order) -> None:
        async with held.transaction():
            used = await held.execute(USE, (made,))
            if not used.rowcount:
                raise TimeoutError
            await held.execute(ORDER, (made, sent.ware, sent.pieces))

    @app.post("/orders", status_code=201)
    async def place(sent: Order) -> dict[str, Any]:
        made = uuid.uuid4()
        pool = app.state.pool
        try:
            await bounded(pool, lambda held: hold(held, made, sent))
            await bounded(pool, lambda held: order(held, made, sent))
        except AWAY:
            try:
                await bounded(pool, lambda held: give_back(held, END, made))
            except AWAY as error:
                log.warning("a hold could not be ended: %s", type(error).__name__)
            raise
        return {"id": str(made), **sent.model_dump()}

    @app.get("/wares/{number}")
    async def read(number: Number) -> dict[str, int]:
        async def row(held: Any) -> Any:
            return await (
                await held.execute("SELECT free FROM wares WHERE id = %s", (number,))
            ).fetchone()

        (free,) = await bounded(app.state.pool, row)
        return {"id": number, "free": free}

    return app


def broken() -> FastAPI:
    return make(sweeps=False)


def sound() -> FastAPI:
    return make(sweeps=True)
