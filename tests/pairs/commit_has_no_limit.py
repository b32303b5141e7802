"""Payments behind asyncpg's pool, with a time-out for each statement.

Broken: the time-out is given to each statement, so that COMMIT, which the driver sends, has none.
Sound: it is the connection's, and holds for all that is sent.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import asyncpg
from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel, Field

from tests.pairs.ninth_parts import BARE, LIMIT, refuse
from tests.pairs.shop import AWAY

TABLES = (
    "CREATE TABLE IF NOT EXISTS dues (id uuid PRIMARY KEY, key text UNIQUE NOT NULL,"
    " cents int NOT NULL)"
)
PAY = "INSERT INTO dues VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
MINE = "SELECT id, cents FROM dues WHERE key = $1"
Key = Annotated[str, Header(min_length=1, max_length=80)]


class Payment(BaseModel):
    """What a client sends."""

    cents: int = Field(ge=1, le=999_999)


def make(*, of_the_connection: bool) -> FastAPI:
    limit = LIMIT if of_the_connection else None

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(
            BARE, min_size=10, max_size=10, timeout=LIMIT, command_timeout=limit
        ) as app.state.pool:
            await app.state.pool.execute(TABLES)
            yield

    app = FastAPI(lifespan=lifespan)
    refuse(app, *AWAY)

    @app.post("/payments", status_code=201)
    async def pay(sent: Payment, idempotency_key: Key) -> dict[str, Any]:
        async with app.state.pool.acquire(timeout=LIMIT) as held, held.transaction():
            await held.execute(PAY, uuid.uuid4(), idempotency_key, sent.cents, timeout=LIMIT)
            row = await held.fetchrow(MINE, idempotency_key, timeout=LIMIT)
        return {"id": str(row["id"]), "cents": row["cents"]}

    @app.get("/payments/{number}")
    async def read(number: uuid.UUID) -> dict[str, Any]:
        find = "SELECT cents FROM dues WHERE id = $1"
        async with app.state.pool.acquire(timeout=LIMIT) as held:
            cents = await held.fetchval(find, number, timeout=LIMIT)
        if cents is None:
            raise HTTPException(404)
        return {"id": str(number), "cents": cents}

    return app


def broken() -> FastAPI:
    return make(of_the_connection=False)


def sound() -> FastAPI:
    return make(of_the_connection=True)
