"""A write in autocommit is sent again when its connection is lost. Broken: as it was. Sound: with
an identity that the database knows.
"""

from __future__ import annotations

import uuid

import asyncpg
from fastapi import FastAPI

from tests.pairs.shop import make_app, send_again, with_tables

TABLE = "CREATE TABLE IF NOT EXISTS payment (id serial PRIMARY KEY, attempt uuid UNIQUE, memo text)"
PAY = (
    "INSERT INTO payment (attempt, memo) VALUES ($1, $2)"
    " ON CONFLICT (attempt) DO UPDATE SET memo = excluded.memo RETURNING id"
)


def make(*, known: bool) -> FastAPI:
    app = make_app(with_tables(TABLE))

    @app.post("/payments/{memo}", status_code=201)
    async def pay(memo: str) -> dict[str, int]:
        attempt = uuid.uuid4()

        async def ask(connection: asyncpg.Connection) -> int:
            number: int = await connection.fetchval(PAY, attempt if known else uuid.uuid4(), memo)
            return number

        return {"id": await send_again(app.state.pool, ask)}

    return app


def broken() -> FastAPI:
    return make(known=False)


def sound() -> FastAPI:
    return make(known=True)
