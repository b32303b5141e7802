"""An order and its lines are written in autocommit, without a transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import psycopg
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

from tests.pairs.fourteenth_parts import pool, refuse

TABLES = """
CREATE TABLE IF NOT EXISTS orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer text NOT NULL);
CREATE TABLE IF NOT EXISTS lines (order_id bigint NOT NULL REFERENCES orders, item text NOT NULL,
    quantity int NOT NULL)"""

Connection = psycopg.AsyncConnection[tuple[int, ...]]
Within = Callable[[Connection], AbstractAsyncContextManager[object]]


class Wanted(BaseModel):
    customer: str = Field(min_length=1, max_length=50, pattern="^[a-z]+$")
    quantity: int = Field(ge=1, le=9)


class Placed(BaseModel):
    id: int
    lines: int


def make(within: Within) -> FastAPI:
    database = pool(autocommit=True)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await database.open(wait=True)
        async with database.connection() as connection:
            await connection.execute(TABLES)
        yield
        await database.close()

    app = FastAPI(lifespan=lifespan)
    refuse(app)

    @app.post("/orders", status_code=201)
    async def place(wanted: Wanted) -> Placed:
        async with database.connection() as connection, within(connection):
            found = await connection.execute(
                "INSERT INTO orders (customer) VALUES (%s) RETURNING id", (wanted.customer,)
            )
            (number,) = await found.fetchone() or (0,)
            for item in ("lamp", "chair", "table"):
                await connection.execute(
                    "INSERT INTO lines VALUES (%s, %s, %s)", (number, item, wanted.quantity)
                )
        return Placed(id=number, lines=3)

    @app.get("/orders/{number}")
    async def read(number: int) -> Placed:
        async with database.connection() as connection:
            found = await connection.execute(
                "SELECT o.id, count(l.item) FROM orders o LEFT JOIN lines l ON l.order_id = o.id"
                " WHERE o.id = %s GROUP BY o.id",
                (number,),
            )
            row = await found.fetchone()
        if row is None:
            raise HTTPException(404)
        return Placed(id=row[0], lines=row[1])

    return app


@asynccontextmanager
async def nothing(_connection: Connection) -> AsyncIterator[None]:
    yield


def broken() -> FastAPI:
    return make(nothing)


def sound() -> FastAPI:
    return make(lambda connection: connection.transaction())
