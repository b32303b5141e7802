"""Transfers between eight accounts, each with both rows locked.

Broken: the payer's row is locked first. Sound: the row with the smaller number.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import psycopg
from fastapi import FastAPI, Path
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from pydantic import BaseModel, Field

from tests.pairs.ninth_parts import BARE, LIMIT, refuse

TABLES = (
    "CREATE TABLE IF NOT EXISTS accounts (id int PRIMARY KEY, cents int NOT NULL);"
    "INSERT INTO accounts SELECT n, 1000000 FROM generate_series(1, 8) n ON CONFLICT DO NOTHING"
)
LOCK = "SELECT cents FROM accounts WHERE id = %s FOR UPDATE"
ADD = "UPDATE accounts SET cents = cents + %s WHERE id = %s"
Number = Annotated[int, Path(ge=1, le=8)]


class Transfer(BaseModel):
    """What a client sends."""

    payer: int = Field(ge=1, le=8)
    payee: int = Field(ge=1, le=8)
    cents: int = Field(ge=1, le=100)


def make(*, sorts: bool) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncConnectionPool(
            BARE, min_size=10, max_size=10, timeout=LIMIT, reconnect_timeout=5,
            kwargs={"connect_timeout": 2, "options": "-c statement_timeout=2000"},
        ) as app.state.pool:  # fmt: skip
            async with app.state.pool.connection() as held:
                await held.execute(TABLES)
            yield

    app = FastAPI(lifespan=lifespan)
    refuse(app, psycopg.Error, PoolTimeout, OSError)

    @app.post("/transfers", status_code=201)
    async def transfer(sent: Transfer) -> dict[str, Any]:
        both = [sent.payer, sent.payee]
        async with app.state.pool.connection() as held:
            for number in sorted(both) if sorts else both:
                await held.execute(LOCK, (number,))
            await held.execute(ADD, (-sent.cents, sent.payer))
            await held.execute(ADD, (sent.cents, sent.payee))
        return {"payer": sent.payer, "payee": sent.payee, "cents": sent.cents}

    @app.get("/accounts/{number}")
    async def read(number: Number) -> dict[str, int]:
        async with app.state.pool.connection() as held:
            found = await held.execute("SELECT cents FROM accounts WHERE id = %s", (number,))
            (cents,) = await found.fetchone()
        return {"id": number, "cents": cents}

    @app.get("/total")
    async def total() -> dict[str, int]:
        async with app.state.pool.connection() as held:
            found = await held.execute("SELECT sum(cents)::bigint FROM accounts")
            (cents,) = await found.fetchone()
        return {"cents": cents}

    return app


def broken() -> FastAPI:
    return make(sorts=False)


def sound() -> FastAPI:
    return make(sorts=True)
