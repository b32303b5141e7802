"""Items and orders behind psycopg's pool, in FastAPI's threads, with getconn and putconn.

Broken: a connection goes back after success and after an error of the database; a refusal (404,
409) is neither. Sound: it goes back whatever happens.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Annotated, Any

import psycopg
from fastapi import FastAPI, Header, HTTPException
from psycopg_pool import ConnectionPool, PoolTimeout
from pydantic import BaseModel, Field

from tests.pairs.ninth_parts import BARE, LIMITS, refuse

TABLES = (
    "CREATE TABLE IF NOT EXISTS items (id int PRIMARY KEY, name text NOT NULL)",
    (
        "CREATE TABLE IF NOT EXISTS orders (key text PRIMARY KEY, item int NOT NULL,"
        " quantity int NOT NULL)"
    ),
    (
        "INSERT INTO items SELECT n, 'item ' || n FROM generate_series(1, 100) n"
        " ON CONFLICT DO NOTHING"
    ),
)
PLACE = "INSERT INTO orders VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
FIRST = "SELECT item, quantity FROM orders WHERE key = %s"


class Order(BaseModel):
    """What a client sends."""

    item: int = Field(ge=1, le=100)
    quantity: int = Field(ge=1, le=9)


def make(*, always: bool) -> FastAPI:  # noqa: C901
    pool = ConnectionPool(BARE, min_size=8, max_size=8, timeout=1, open=False,
                          kwargs={"options": LIMITS, "connect_timeout": 2})  # fmt: skip

    @contextmanager
    def lent() -> Iterator[psycopg.Connection[Any]]:
        held = pool.getconn()
        try:
            yield held
            held.commit()
        except psycopg.Error:
            pool.putconn(held)
            raise
        except HTTPException:
            if always:
                pool.putconn(held)
            raise
        pool.putconn(held)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        pool.open(wait=True)
        with pool.connection() as held:
            for statement in TABLES:
                held.execute(statement)
        yield
        pool.close()

    app = FastAPI(lifespan=lifespan)
    refuse(app, psycopg.Error, PoolTimeout)

    @app.get("/items/{item_id}")
    def read(item_id: int) -> dict[str, Any]:
        with lent() as held:
            row = held.execute("SELECT name FROM items WHERE id = %s", (item_id,)).fetchone()
            if row is None:
                raise HTTPException(404)
        return {"id": item_id, "name": row[0]}

    @app.get("/items")
    def first() -> list[dict[str, Any]]:
        with lent() as held:
            rows = held.execute("SELECT id, name FROM items ORDER BY id LIMIT 20").fetchall()
        return [{"id": row[0], "name": row[1]} for row in rows]

    @app.post("/orders", status_code=201)
    def place(
        sent: Order, idempotency_key: Annotated[str, Header(min_length=1, max_length=100)]
    ) -> dict[str, Any]:
        with lent() as held:
            made = held.execute(PLACE, (idempotency_key, sent.item, sent.quantity))
            if not made.rowcount:
                kept = held.execute(FIRST, (idempotency_key,)).fetchone()
                if kept != (sent.item, sent.quantity):
                    raise HTTPException(409, "This key was used for another order.")
        return {"key": idempotency_key, "item": sent.item, "quantity": sent.quantity}

    return app


def broken() -> FastAPI:
    return make(always=False)


def sound() -> FastAPI:
    return make(always=True)
