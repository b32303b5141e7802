"""A payment with an idempotency key.

Broken: the key is remembered before the payment is made, in a transaction of its own. Sound: both
in one.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Annotated, Any

from fastapi import FastAPI, Header
from pydantic import BaseModel, Field

from tests.pairs.shop import make_app, with_tables

TABLES = (
    "CREATE TABLE IF NOT EXISTS seen_key (key text PRIMARY KEY);"
    "CREATE TABLE IF NOT EXISTS charge (id serial PRIMARY KEY, key text, amount int)"
)
SEEN = "INSERT INTO seen_key VALUES ($1) ON CONFLICT DO NOTHING RETURNING key"
CHARGE = "INSERT INTO charge (key, amount) VALUES ($1, $2)"
Key = Annotated[str, Header(min_length=1, max_length=80)]


class Charge(BaseModel):
    """What a client sends."""

    amount: int = Field(ge=1, le=1000)


def make(*, apart: bool) -> FastAPI:
    app = make_app(with_tables(TABLES))

    @app.post("/charges", status_code=201)
    async def charge(sent: Charge, idempotency_key: Key) -> dict[str, Any]:
        async with app.state.pool.acquire(timeout=1) as connection:
            unit: AbstractAsyncContextManager[Any] = (
                nullcontext() if apart else connection.transaction()
            )
            async with unit:
                if await connection.fetchval(SEEN, idempotency_key):
                    await connection.execute(CHARGE, idempotency_key, sent.amount)
        return {"key": idempotency_key, "status": "charged"}

    return app


def broken() -> FastAPI:
    return make(apart=True)


def sound() -> FastAPI:
    return make(apart=False)
