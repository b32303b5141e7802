"""Baskets that are stored in a transaction, which is run again after a conflict.

Broken: the work takes the lines out of the list that it was given, so its repeat finds none.
Sound: it reads the list.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from tests.pairs.ninth_parts import LIMIT, address, create_tables, refuse

TABLES = (
    (
        "CREATE TABLE IF NOT EXISTS baskets (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
        " owner text NOT NULL)"
    ),
    "CREATE TABLE IF NOT EXISTS basket_lines (basket int NOT NULL, item int NOT NULL)",
)
MAKE = text("INSERT INTO baskets (owner) VALUES (:owner) RETURNING id")
ADD = text("INSERT INTO basket_lines VALUES (:basket, :item)")
READ = text("SELECT owner FROM baskets WHERE id = :id")
COUNT = text("SELECT item FROM basket_lines WHERE basket = :id ORDER BY item")
AGAIN = ("40001", "40P01")
TRIES = 5
Item = Annotated[int, Field(ge=1, le=500)]


class Basket(BaseModel):
    """What a client sends."""

    owner: str = Field(min_length=1, max_length=30)
    items: Annotated[list[Item], Field(min_length=2, max_length=4)]


async def taken(held: AsyncConnection, basket: Basket) -> int:
    number: int = (await held.execute(MAKE, {"owner": basket.owner})).scalar_one()
    while basket.items:
        await held.execute(ADD, {"basket": number, "item": basket.items.pop()})
    return number


async def looked_at(held: AsyncConnection, basket: Basket) -> int:
    number: int = (await held.execute(MAKE, {"owner": basket.owner})).scalar_one()
    for item in basket.items:
        await held.execute(ADD, {"basket": number, "item": item})
    return number


def make(*, takes: bool) -> FastAPI:
    engine = create_async_engine(
        address("asyncpg"), pool_size=10, max_overflow=0, pool_timeout=1,
        connect_args={"timeout": LIMIT, "command_timeout": LIMIT},
    )  # fmt: skip
    store = taken if takes else looked_at

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await create_tables(engine, TABLES)
        yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)
    refuse(app, DBAPIError, PoolTimeout, OSError)

    async def stored(basket: Basket) -> int:
        for left in reversed(range(TRIES)):
            try:
                async with engine.begin() as held:
                    return await store(held, basket)
            except DBAPIError as error:
                if not left or getattr(error.orig, "sqlstate", "") not in AGAIN:
                    raise
                await asyncio.sleep(0.02 * (TRIES - left))
        raise AssertionError

    @app.post("/baskets", status_code=201)
    async def keep(basket: Basket) -> dict[str, Any]:
        owner = basket.owner
        return {"id": await stored(basket), "owner": owner}

    @app.get("/baskets/{number}")
    async def read(number: int) -> dict[str, Any]:
        async with engine.connect() as held:
            row = (await held.execute(READ, {"id": number})).one_or_none()
            items = (await held.execute(COUNT, {"id": number})).scalars().all()
        if row is None:
            raise HTTPException(404)
        return {"id": number, "owner": row.owner, "items": list(items)}

    @app.get("/baskets")
    async def newest() -> list[int]:
        async with engine.connect() as held:
            rows = await held.execute(text("SELECT id FROM baskets ORDER BY id DESC LIMIT 5"))
            return list(rows.scalars())

    return app


def broken() -> FastAPI:
    return make(takes=True)


def sound() -> FastAPI:
    return make(takes=False)
