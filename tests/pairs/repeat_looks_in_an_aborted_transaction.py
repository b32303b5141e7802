"""Orders with a key; a key that is there raises a unique violation.

Broken: the first answer is looked up in the transaction that has failed. Sound: in a new one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from tests.pairs.ninth_parts import LIMIT, address, create_tables, refuse

TABLES = (
    (
        "CREATE TABLE IF NOT EXISTS orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
        " key text NOT NULL UNIQUE, item int NOT NULL, quantity int NOT NULL)"
    ),
)
PLACE = text(
    "INSERT INTO orders (key, item, quantity) VALUES (:key, :item, :quantity) RETURNING id"
)
FIRST = text("SELECT id, item, quantity FROM orders WHERE key = :key")
READ = text("SELECT id, item, quantity FROM orders WHERE id = :id")


class Order(BaseModel):
    """What a client sends."""

    item: int = Field(ge=1, le=100)
    quantity: int = Field(ge=1, le=9)


def make(*, rolls_back: bool) -> FastAPI:
    engine = create_async_engine(
        address("asyncpg"), pool_size=10, max_overflow=0, pool_timeout=1,
        connect_args={"timeout": LIMIT, "command_timeout": LIMIT},
    )  # fmt: skip

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await create_tables(engine, TABLES)
        yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)
    refuse(app, SQLAlchemyError, OSError)

    @app.post("/orders", status_code=201)
    async def place(
        sent: Order, idempotency_key: Annotated[str, Header(min_length=1, max_length=100)]
    ) -> dict[str, Any]:
        values = {"key": idempotency_key, **sent.model_dump()}
        async with engine.connect() as held:
            try:
                number = (await held.execute(PLACE, values)).scalar_one()
                await held.commit()
            except IntegrityError:
                if rolls_back:
                    await held.rollback()
                first = (await held.execute(FIRST, {"key": idempotency_key})).one()
                if (first.item, first.quantity) != (sent.item, sent.quantity):
                    raise HTTPException(422, "This key was used for another order.") from None
                number = first.id
        return {"id": number, "item": sent.item, "quantity": sent.quantity}

    @app.get("/orders/{number}")
    async def read(number: int) -> dict[str, Any]:
        async with engine.connect() as held:
            row = (await held.execute(READ, {"id": number})).one_or_none()
        if row is None:
            raise HTTPException(404)
        return {"id": row.id, "item": row.item, "quantity": row.quantity}

    @app.get("/orders")
    async def newest() -> list[int]:
        async with engine.connect() as held:
            rows = await held.execute(text("SELECT id FROM orders ORDER BY id DESC LIMIT 10"))
            return [row.id for row in rows]

    return app


def broken() -> FastAPI:
    return make(rolls_back=False)


def sound() -> FastAPI:
    return make(rolls_back=True)
